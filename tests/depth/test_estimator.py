"""The estimator: what the network is fed and what comes out of it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from depthgrade.depth import Estimator, default_card, load_card, runtime
from depthgrade.depth.estimator import resize
from depthgrade.errors import DepthError

MakeNetwork = Callable[..., Path]
MakeCard = Callable[..., Path]

RNG = np.random.default_rng(5)
PICTURE = RNG.random((8, 16, 3), np.float32)
WEIGHTS = np.array([1.0, 2.0, 4.0], np.float32)
ROUNDING = 1e-5  # of a few float32 operations on values up to 7


def test_a_plain_network_sees_rgb_of_0_to_1(make_network: MakeNetwork, make_card: MakeCard) -> None:
    make_network()
    with Estimator(load_card(make_card()), provider="cpu") as estimator:
        nearness = estimator.infer(PICTURE)
    assert nearness.shape == (8, 16)
    assert nearness.dtype == np.float32
    np.testing.assert_allclose(nearness, PICTURE @ WEIGHTS, atol=ROUNDING)


def test_range_mean_deviation_and_channel_order_follow_the_card(
    make_network: MakeNetwork, make_card: MakeCard
) -> None:
    make_network()
    card = load_card(
        make_card(
            value_range='"0..255"',
            channels='"bgr"',
            mean="[10.0, 20.0, 30.0]",
            std="[50.0, 60.0, 70.0]",
        )
    )
    with Estimator(card, provider="cpu") as estimator:
        nearness = estimator.infer(PICTURE)
    bgr = PICTURE[..., ::-1].astype(np.float64)
    expected = ((bgr * 255 - [10, 20, 30]) / [50, 60, 70]) @ WEIGHTS.astype(np.float64)
    np.testing.assert_allclose(nearness, expected, atol=1e-4)  # values up to 28


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ({"near": '"smaller"'}, lambda raw: -raw),
        ({"output": '"depth"', "near": '"smaller"'}, lambda raw: 1 / raw),
        ({"output": '"metric"', "near": '"smaller"'}, lambda raw: 1 / raw),
    ],
)
def test_larger_is_nearer_whatever_the_network_means(
    make_network: MakeNetwork,
    make_card: MakeCard,
    lines: dict[str, str],
    expected: Callable[[np.ndarray], np.ndarray],
) -> None:
    make_network()
    picture = PICTURE + np.float32(0.1)
    with Estimator(load_card(make_card(**lines)), provider="cpu") as estimator:
        nearness = estimator.infer(picture)
    np.testing.assert_allclose(nearness, expected(picture @ WEIGHTS), rtol=1e-5)


def test_distances_of_zero_and_infinity_stay_finite(
    make_network: MakeNetwork, make_card: MakeCard
) -> None:
    make_network(then=["Reciprocal"])  # the network's distance is 1 / (r + 2 g + 4 b)
    card = load_card(make_card(output='"metric"', near='"smaller"'))
    picture = np.zeros((8, 16, 3), np.float32)
    picture[0, 0] = 1e9
    with Estimator(card, provider="cpu") as estimator:
        nearness = estimator.infer(picture)
    assert nearness[0, 0] == pytest.approx(1000.0)  # a millimetre is the nearest
    assert nearness[1, 1] == 0.0  # infinitely far


def test_half_precision_networks_work(make_network: MakeNetwork, make_card: MakeCard) -> None:
    make_network(half=True)
    with Estimator(load_card(make_card()), provider="cpu") as estimator:
        nearness = estimator.infer(PICTURE)
    assert nearness.dtype == np.float32
    # Half precision: 2^-11 relative on values up to 7.
    np.testing.assert_allclose(nearness, PICTURE @ WEIGHTS, atol=7 * 2**-10)


def test_a_network_of_any_size_takes_multiples_only(
    make_network: MakeNetwork, make_card: MakeCard
) -> None:
    make_network(("batch", 3, "height", "width"))
    card = load_card(make_card(fixed_size="false", multiple="4"))
    with Estimator(card, provider="cpu") as estimator:
        width, height = estimator.input_size(1080, 1920)
        assert (width, height) == (8, 16)
        assert estimator.infer(np.zeros((height, width, 3), np.float32)).shape == (16, 8)
        with pytest.raises(DepthError, match="18x16; both sides must be multiples of 4"):
            estimator.infer(np.zeros((16, 18, 3), np.float32))


def test_nan_is_an_error_and_never_a_depth_map(
    make_network: MakeNetwork, make_card: MakeCard
) -> None:
    make_network(weights=(-1.0, 0.0, 0.0), then=["Log"])
    with (
        Estimator(load_card(make_card()), provider="cpu") as estimator,
        pytest.raises(DepthError, match="NaN"),
    ):
        estimator.infer(PICTURE)


@pytest.mark.parametrize("then", ["Flatten", "GlobalAveragePool"])
def test_classes_and_single_numbers_are_no_depth_map(
    make_network: MakeNetwork, make_card: MakeCard, then: str
) -> None:
    make_network(then=[then])
    with (
        Estimator(load_card(make_card()), provider="cpu") as estimator,
        pytest.raises(DepthError, match=r"answers 16x8 with \(1, .*; one depth map is needed"),
    ):
        estimator.infer(PICTURE)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 3, 8, 16), "2x3x8x16; a depth network takes 1 x 3 x height x width"),
        ((1, 3, 10, 16), "the network takes 16x10; card tiny says 16x8"),
    ],
)
def test_a_network_that_does_not_fit_its_card_is_refused(
    make_network: MakeNetwork, make_card: MakeCard, shape: tuple[int, ...], message: str
) -> None:
    make_network(shape)
    card = load_card(make_card())
    with pytest.raises(DepthError, match=message):
        Estimator(card, provider="cpu")


def test_a_wrong_picture_is_refused_before_the_network_sees_it(
    make_network: MakeNetwork, make_card: MakeCard
) -> None:
    make_network()
    with Estimator(load_card(make_card()), provider="cpu") as estimator:
        with pytest.raises(DepthError, match="16x9; allowed: 16x8"):
            estimator.infer(np.zeros((9, 16, 3), np.float32))
        with pytest.raises(DepthError, match="uint8"):
            estimator.infer(np.zeros((8, 16, 3), np.uint8))  # type: ignore[arg-type]
    with pytest.raises(DepthError, match="closed"):
        estimator.infer(PICTURE)


def test_a_broken_file_is_one_line_and_nothing_is_printed(
    tmp_path: Path, make_card: MakeCard, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "network.onnx").write_bytes(b"\x08\x08garbage" * 20)
    card = load_card(make_card())
    with pytest.raises(DepthError, match="not a usable ONNX network") as caught:
        Estimator(card)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_without_a_device_auto_runs_on_the_cpu_and_says_so(
    make_network: MakeNetwork, make_card: MakeCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_network()
    monkeypatch.setattr(runtime, "cuda_device_count", lambda: 0)
    card = load_card(make_card())
    with Estimator(card) as estimator:
        assert estimator.provider == "CPU"
        assert "no CUDA device" in estimator.note
    with Estimator(card, provider="cpu") as estimator:
        assert estimator.note == ""
    with pytest.raises(DepthError, match="CUDA was asked for; no CUDA device"):
        Estimator(card, provider="cuda")


def test_a_device_that_the_runtime_cannot_use_is_noticed_in_silence(
    make_network: MakeNetwork,
    make_card: MakeCard,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    if runtime.cuda_device_count():
        pytest.skip("this machine has a CUDA device that works")
    make_network()
    monkeypatch.setattr(runtime, "cuda_device_count", lambda: 1)
    with Estimator(load_card(make_card())) as estimator:
        assert estimator.provider == "CPU"
        assert "can't use it" in estimator.note
        estimator.infer(PICTURE)
    assert capfd.readouterr() == ("", "")


def test_resizing_keeps_a_ramp_and_a_constant() -> None:
    ramp = np.tile(np.arange(8, dtype=np.float32), (4, 1))
    twice = resize(ramp, 16, 8)
    assert twice.shape == (8, 16)
    # Sample centres: output x samples the ramp at (x + 0.5) / 2 - 0.5, clamped to its ends.
    expected = np.clip((np.arange(16) + 0.5) / 2 - 0.5, 0, 7)
    np.testing.assert_allclose(twice[3], expected, atol=1e-6)
    np.testing.assert_allclose(resize(np.full((3, 5), 2.5, np.float32), 7, 9), 2.5)


def test_the_real_network_puts_the_ground_before_the_sky(material: Path) -> None:
    card = load_card("tcmonodepth-small")
    if not card.available:
        pytest.skip(f"{card.file} is not in {material / 'models'}")
    # A brown lawn with texture below a pale sky: what every trained network knows.
    picture = np.empty((192, 320, 3), np.float32)
    picture[:96] = (0.62, 0.75, 0.9)
    picture[96:] = (0.35, 0.4, 0.2)
    picture[96:] += RNG.normal(0, 0.08, (96, 320, 1)).astype(np.float32)
    with Estimator(card, provider="cpu") as estimator:
        nearness = estimator.infer(np.clip(picture, 0, 1))
    assert nearness[160:].mean() > nearness[:60].max()


def test_the_default_network_opens_and_runs() -> None:
    card = default_card()
    if card is None:
        pytest.skip("no network on this machine")
    with Estimator(card, "faster") as estimator:
        width, height = estimator.input_size(320, 180)
        nearness = estimator.infer(np.full((height, width, 3), 0.5, np.float32))
    assert nearness.shape == (height, width)
    assert np.isfinite(nearness).all()
