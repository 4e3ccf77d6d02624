"""What the model is and how good it is."""

import streamlit as st

st.title("The model")
