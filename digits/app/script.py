"""What Streamlit runs for each visitor of the page: app.py of an installed copy."""

from digits.app.page import main

main()
