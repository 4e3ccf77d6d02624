"""The script that Streamlit runs for each visitor of the page; `digits app` names it."""

from digits.app.page import main

main()
