"""Model cards: what they say, what they refuse, and how a network finds its card."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from depthgrade import resources
from depthgrade.depth import card as card_module
from depthgrade.depth import cards, chosen_cards, default_card, load_card, runtime
from depthgrade.depth.card import ASSUMED_MEAN, PREFERENCE, fitted_size
from depthgrade.depth.runtime import NetworkInput
from depthgrade.errors import DepthError

MakeNetwork = Callable[..., Path]
MakeCard = Callable[..., Path]


@pytest.fixture
def no_material(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEPTHGRADE_MATERIAL", str(tmp_path / "nowhere"))


def test_shipped_cards_are_sorted_and_name_a_source_and_a_licence() -> None:
    shipped = cards()
    names = [card.name for card in shipped]
    assert names == sorted(names)
    assert {"depth-anything-v2-small", "tcmonodepth-small"} <= set(names)
    for card in shipped:
        assert card.source and card.licence
        assert card.sha256 and card.size_bytes, card.name


def test_a_card_file_is_named_after_its_model() -> None:
    for path in resources.directory("models").glob("*.toml"):
        assert load_card(path).name == path.stem


def test_the_default_is_the_first_preferred_card_whose_file_is_there(
    no_material: None, tmp_path: Path
) -> None:
    assert set(PREFERENCE) >= {card.name for card in cards()}
    bundled = [name for name in PREFERENCE if (c := _by_name(name)) and c.available]
    folder = resources.user_cache() / "models"
    folder.mkdir(parents=True)
    (folder / load_card("tcmonodepth-small").file).write_bytes(b"x")
    (folder / load_card("depth-anything-v2-small").file).write_bytes(b"x")
    default = default_card()
    assert default is not None
    assert default.name == (bundled[0] if bundled else "depth-anything-v2-small")


def _by_name(name: str) -> object:
    return next((card for card in cards() if card.name == name), None)


def test_a_missing_file_says_where_to_look(no_material: None, make_card: MakeCard) -> None:
    card = load_card(make_card())
    assert not card.available
    with pytest.raises(DepthError, match=r"network\.onnx is not on this machine.*models list"):
        card.path()


def test_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(DepthError, match='did you mean "tcmonodepth-small"'):
        load_card("tcmonodepth-smal")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ({"fixed_sise": "true"}, 'no key "fixed_sise"; did you mean "fixed_size"'),
        ({"faster": "[17, 8]", "multiple": "8"}, "faster is 17x8; .* multiples of 8"),
        ({"std": "[0.2, 0.0, 0.2]"}, "std must be above 0"),
        ({"mean": "[nan, 0.0, 0.0]"}, "mean.0: Input should be a finite number"),
        ({"output": '"metric"'}, 'near must be "smaller"'),
        ({"sha256": '"abc"'}, "sha256"),
        ({"multiple": '"8"'}, "multiple: Input should be a valid integer"),
        ({"name": "tiny"}, "not a model card"),
    ],
)
def test_a_wrong_card_is_one_line_that_names_file_and_key(
    make_card: MakeCard, lines: dict[str, str], message: str
) -> None:
    path = make_card(**lines)
    with pytest.raises(DepthError, match=message) as caught:
        load_card(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_network_uses_the_card_beside_it(make_network: MakeNetwork, make_card: MakeCard) -> None:
    network = make_network(name="card.onnx")
    make_card(file='"card.onnx"')
    assert load_card(network).title == "Tiny"


def test_a_network_is_opened_once_for_both_qualities(
    make_network: MakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a card it has to be opened to know its input."""
    path = make_network()
    opened: list[Path] = []

    def describe(path: Path) -> NetworkInput:
        opened.append(path)
        return runtime.describe(path)

    monkeypatch.setattr(card_module, "describe", describe)
    found = chosen_cards(str(path))
    assert found["faster"] is found["better"] and opened == [path]


def test_a_network_without_a_card_is_assumed_to_be_of_the_usual_kind(
    make_network: MakeNetwork,
) -> None:
    fixed = load_card(make_network((1, 3, 96, 160)))
    assert (fixed.fixed_size, fixed.better, fixed.multiple) == (True, (160, 96), 1)
    free = load_card(make_network(("batch", 3, "height", "width"), name="My Net (v2).onnx"))
    assert (free.fixed_size, free.multiple, free.mean) == (False, 14, ASSUMED_MEAN)
    assert free.name == "my-net--v2"
    assert (free.output, free.near, free.value_range) == ("disparity", "larger", "0..1")


@pytest.mark.parametrize("kind", [".onnx", ".toml"])
def test_a_file_that_is_no_model_is_refused_in_one_line(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"text{kind}"
    path.write_text("this is not a model", encoding="utf-8")
    with pytest.raises(DepthError) as caught:
        load_card(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_other_existing_files_are_told_what_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x")
    with pytest.raises(DepthError, match=r"allowed: a \.onnx network or a \.toml card"):
        load_card(path)


def test_the_hash_is_checked_once_and_again_when_the_file_changes(
    make_network: MakeNetwork, make_card: MakeCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = make_network()
    digest = hashlib.sha256(network.read_bytes()).hexdigest()
    card = load_card(make_card(sha256=f'"{digest}"', size_bytes=str(network.stat().st_size)))
    assert card.verify() == network

    def refuse(path: Path) -> str:
        raise AssertionError(f"{path} was hashed a second time")

    with monkeypatch.context() as patch:
        patch.setattr(card_module, "file_sha256", refuse)
        card.verify()

    data = bytearray(network.read_bytes())
    data[-1] ^= 1
    network.write_bytes(data)
    os.utime(network, ns=(1, 1))  # the clock of a file system may be coarser than this test
    with pytest.raises(DepthError, match="SHA-256 is"):
        card.verify()
    network.write_bytes(bytes(data[:-1]))
    with pytest.raises(DepthError, match="bytes; model tiny has"):
        card.verify()


def test_the_input_keeps_area_and_shape_of_the_picture() -> None:
    card = load_card("depth-anything-v2-small")
    area = card.better[0] * card.better[1]
    for width, height in [(1920, 1080), (1080, 1920), (640, 272), (512, 512), (1998, 1080)]:
        w, h = fitted_size(card, "better", width, height)
        assert w % 14 == 0 and h % 14 == 0
        # Rounding moves a side by at most 7 of 300 and more, 2.4 percent, and both together 5.
        assert w * h == pytest.approx(area, rel=0.05)
        assert w / h == pytest.approx(width / height, rel=0.05)
    assert fitted_size(card, "better", 1920, 1080) == card.better
    w, h = fitted_size(card, "faster", 10000, 10)
    assert w / h == pytest.approx(4.0, rel=0.1)  # a strip is squeezed


def test_a_network_of_one_size_gets_every_picture_stretched() -> None:
    card = load_card("tcmonodepth-small")
    for picture in [(1920, 1080), (1080, 1920), (512, 512)]:
        assert fitted_size(card, "better", *picture) == (320, 192)


def test_the_network_of_the_material_is_recognised_by_its_hash(
    material: Path, tmp_path: Path
) -> None:
    renamed = tmp_path / "anything.onnx"
    source = material / "models" / "tcmonodepth_tcsmallnet_192x320.onnx"
    if not source.is_file():
        pytest.skip(f"{source} is absent")
    renamed.write_bytes(source.read_bytes())
    card = load_card(renamed)
    assert card.name == "tcmonodepth-small"
    assert card.verify() == renamed
