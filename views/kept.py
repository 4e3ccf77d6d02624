"""The drawings that were kept: look through them, delete them, take them along."""

import streamlit as st

st.title("Kept drawings")
