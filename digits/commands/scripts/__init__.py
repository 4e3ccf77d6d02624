"""What Streamlit is started with: the doors app.py and server.py of an installed copy."""
