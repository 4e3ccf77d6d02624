"""An nginx of the tests' own, with deploy/nginx-two-servers.conf, on loopback at a free port.

with serve_nginx(find_nginx(), ["http://127.0.0.1:9001", "http://127.0.0.1:9002"]) as url:
    ...
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.live_server import find_free_port
from tests.support.paths import PROJECT

CONFIGURATION = PROJECT / "deploy" / "nginx-two-servers.conf"
PORTS = ("8501", "8502")  # of the two servers, as written there
FRAME = """
{user}
daemon off;
worker_processes 2;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    log_format who '$request_method $uri $status "$upstream_addr" "$upstream_status"';
    access_log access.log who;
    {servers}
}}
"""


def find_nginx() -> str | None:
    """Find nginx, which Debian puts where only root's PATH leads."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def adapt(
    configuration: str, *, listen: str, ports: Sequence[int], forget: str, leave_out: str
) -> str:
    """Write the configuration for this machine: its own ports, and no TLS.

    Args:
        configuration: the text of the file.
        listen: address and port of nginx.
        ports: of the two servers.
        forget: how long a lost server is left alone, "10s".
        leave_out: a line that the operator takes out for an upgrade; "" for none.
    """
    assert leave_out in configuration
    configuration = configuration.replace(leave_out, "")
    text = configuration.partition("server {\n    listen 80;")[0]  # what sends others to TLS
    text = re.sub(r" *ssl_certificate.*\n", "", text).replace("443 ssl", listen)
    text = text.replace("fail_timeout=10s", f"fail_timeout={forget}")
    for written, port in zip(PORTS, ports, strict=True):
        text = text.replace(written, str(port))
    return text


@contextmanager
def serve_nginx(
    program: str, servers: Sequence[str], *, forget: str = "10s", leave_out: str = ""
) -> Iterator[str]:
    """Run nginx before two servers; give its address.

    Args:
        program: its path.
        servers: addresses of the two.
        forget: how long a lost server is left alone. Defaults to what the file says.
        leave_out: a line of the file. Defaults to none.
    """
    listen = f"127.0.0.1:{find_free_port()}"
    ports = [urlsplit(server).port or 80 for server in servers]
    written = CONFIGURATION.read_text(encoding="utf-8")
    text = adapt(written, listen=listen, ports=ports, forget=forget, leave_out=leave_out)
    with tempfile.TemporaryDirectory(prefix="nginx-") as folder:
        # As root its processes would be another user's, to whom this folder is closed.
        user = "user root;" if os.getuid() == 0 else ""
        path = Path(folder) / "nginx.conf"
        path.write_text(FRAME.format(user=user, servers=text))
        words = [program, "-p", folder, "-c", str(path), "-e", "error.log"]
        process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        try:
            wait_for(listen, process, Path(folder) / "error.log")
            yield f"http://{listen}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for(listen: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until something listens there."""
    host, port = listen.split(":")
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"nginx did not start: {log.read_text() if log.exists() else 'no log'}")
