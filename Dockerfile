# The page and the HTTP API: docker build -t digits . && docker run -p 8501:8501 digits
# docs/deploy.md describes volumes, secrets and proxies, and says what was tried.
FROM python:3.11-slim

WORKDIR /app
COPY requirements-serve.txt .
RUN pip install --no-cache-dir -r requirements-serve.txt

COPY . .
# A user without a home, who owns nothing here but the folder for kept drawings.
RUN python -m compileall -q . \
    && useradd --system --no-create-home --uid 1000 digits \
    && install --directory --owner=digits /data
USER 1000

# /tmp is all that has to be writable: --read-only --tmpfs /tmp
ENV HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_SERVER_HEADLESS=true
EXPOSE 8501
VOLUME /data

# Healthy when the model answers, a moment after the start.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/api/health', timeout=4)"]

CMD ["streamlit", "run", "server.py"]
