"""The wheels of the kernels for ARM, and their answers."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import flbt_unet
import numpy as np
import pytest
from flbt_unet.spectra import FRAME, HOP
from numpy.typing import NDArray

from tests.arm.conftest import Arm, build_wheel, install
from tests.sounds import snr_db
from tests.worker.separation.spleeter.test_unet import KINDS, SLOPE, some_unets

ELF_AARCH64 = b"\x7fELF\x02\x01\x01", (183).to_bytes(2, "little")
MACH_O_64_ARM = b"\xcf\xfa\xed\xfe\x0c\x00\x00\x01"


@pytest.fixture(scope="module")
def linux_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel("linux-aarch64", tmp_path_factory.mktemp("linux"))


def libraries(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as files:
        return {name: files.read(name) for name in files.namelist() if not name.endswith((".py", ".typed"))
                and ".dist-info/" not in name}  # fmt: skip


def test_the_wheel_for_linux(linux_wheel: Path) -> None:
    assert linux_wheel.name.endswith("-py3-none-manylinux2014_aarch64.whl")
    ((name, content),) = libraries(linux_wheel).items()
    assert name == "flbt_unet/unet-neon.so"
    assert (content[:7], content[18:20]) == ELF_AARCH64
    versions = [int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)", content)]
    assert versions
    assert max(versions) <= 17, "the wheel's tag promises that much"


def test_the_wheel_for_macos(tmp_path: Path) -> None:
    wheel = build_wheel("macos-arm64", tmp_path)

    assert wheel.name.endswith("-py3-none-macosx_11_0_arm64.whl")
    ((name, content),) = libraries(wheel).items()
    assert name == "flbt_unet/unet-neon.dylib"
    assert content.startswith(MACH_O_64_ARM)


def test_neon_computes_a_unet(tmp_path: Path, linux_wheel: Path, arm: Arm) -> None:
    site = tmp_path / "site"
    install(linux_wheel, site)
    samples = np.random.default_rng(5).uniform(-1.1, 1.1, (2, 11 * HOP + FRAME)).astype(np.float32)
    for kind in KINDS.values():
        networks, mix, wanted = some_unets(kind)
        question, answer = tmp_path / "question.npz", tmp_path / "answer.npz"
        np.savez(question, networks=networks, mix=mix, slope=SLOPE, samples=samples, **kind._asdict())

        arm.python(str(Path(__file__).with_name("answer.py")), str(question), str(answer), site=site)

        told = np.load(answer)
        assert told["instructions"] == "neon"
        one, other = told["answers"]
        assert np.array_equal(one, other), "the number of threads changes nothing"
        assert min(snr_db(stem, to=reference) for stem, reference in zip(one, wanted, strict=True)) > 100
    assert_conversions(told, samples)


def assert_conversions(told: Mapping[str, NDArray[Any]], samples: NDArray[np.float32]) -> None:
    """As by this processor's build, which other tests compare with numpy."""
    spectra = flbt_unet.Spectra(12, 1024)
    spectrum, magnitudes = spectra.spectrum(samples)
    stems = spectra.stems(spectrum, np.stack([magnitudes, magnitudes**2]), 2, average=True)
    rounded = np.zeros(samples.size, np.int32)
    flbt_unet.to_24_bits(samples, rounded)

    assert snr_db(told["magnitudes"], to=magnitudes) > 120
    assert min(snr_db(stem, to=ours) for stem, ours in zip(told["stems"], stems, strict=True)) > 120
    rows = samples[:, :FRAME]
    assert snr_db(told["bins"].view(np.float32), to=flbt_unet.rfft(rows).view(np.float32)) > 120
    assert snr_db(told["rows"], to=rows) > 120
    assert np.array_equal(told["rounded"], rounded)
    assert np.array_equal(told["interleaved"], samples.T)
    assert np.array_equal(told["peaks"], flbt_unet.peaks(samples, 882))
