"""The page: draw digits or bring pictures of them, and see the predictions.

streamlit run app.py
"""

from digits.app.page import main

main()
