"""Networks fetched, verified and added; hostile files are refused before they are opened."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from depthgrade.depth import Estimator, cards, collection, load_card
from depthgrade.depth.onnx_header import check_onnx
from depthgrade.depth.polarity import drawn_road
from depthgrade.errors import DepthError

NetworkMaker = Callable[..., Path]
# Nearer is less blue on the drawn road, under a blue sky.
LESS_BLUE, MORE_BLUE = (0.0, 0.0, -1.0), (0.0, 0.0, 1.0)


class Server:
    """Serves one file at any path; `cut` bytes at a time, then it hangs up."""

    def __init__(self) -> None:
        self.content, self.cut, self.ranges = b"", 0, True
        self.asked: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = self.headers.get("Range")
                outer.asked.append(wanted)
                first = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
                first = first if outer.ranges else 0
                body = outer.content[first:]
                self.send_response(206 if first else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: outer.cut] if outer.cut else body)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/network.onnx"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def remote(server: Server, make_network: NetworkMaker, make_card: Callable[..., Path]) -> Path:
    """The card of a network that only the server has."""
    network = make_network((1, 3, 32, 64), weights=LESS_BLUE)
    server.content = network.read_bytes()
    network.unlink()
    return make_card(
        url=f'"{server.url}"',
        size_bytes=str(len(server.content)),
        sha256=f'"{hashlib.sha256(server.content).hexdigest()}"',
        faster="[64, 32]",
        better="[64, 32]",
    )


def test_a_fetched_network_is_whole_and_checked(server: Server, remote: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = collection.fetch(load_card(remote), lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == server.content
    assert seen[-1] == (len(server.content), len(server.content))
    collection.fetch(load_card(remote))
    assert len(server.asked) == 1  # it is there: nothing is asked for


@pytest.mark.parametrize("ranges", [True, False])
def test_a_cut_download_goes_on(server: Server, remote: Path, ranges: bool) -> None:
    server.cut, server.ranges = 50, ranges
    with pytest.raises(DepthError, match="fetch again, it goes on"):
        collection.fetch(load_card(remote))
    server.cut = 0
    assert collection.fetch(load_card(remote)).read_bytes() == server.content
    assert server.asked == [None, "bytes=50-"]


def test_a_network_that_was_damaged_since_is_fetched_again(server: Server, remote: Path) -> None:
    path = collection.fetch(load_card(remote))
    path.write_bytes(server.content[:-1])
    assert collection.fetch(load_card(remote)).read_bytes() == server.content


def test_another_file_than_the_cards_is_deleted(server: Server, remote: Path) -> None:
    server.content = server.content[:-1] + b"\0"
    with pytest.raises(DepthError, match="the download was deleted"):
        collection.fetch(load_card(remote))
    server.content += b"more"
    with pytest.raises(DepthError, match=r"more than .* bytes came"):
        collection.fetch(load_card(remote))
    assert not list(collection.folder().glob("*.onnx"))


def test_a_network_that_takes_far_for_near_is_found(
    make_network: NetworkMaker, make_card: Callable[..., Path]
) -> None:
    make_network((1, 3, 32, 64), weights=MORE_BLUE)
    size = {"faster": "[64, 32]", "better": "[64, 32]"}
    with pytest.raises(DepthError, match=r'takes far for near .* needs near = "smaller"'):
        collection.check(load_card(make_card(**size)))
    checked = collection.check(load_card(make_card(**size, near='"smaller"')))
    assert checked.agreement > 0.5
    # Equal everywhere; the second is no whole number, so that its deviation is not quite 0.
    for then in ([], ["Sigmoid", "Sigmoid"]):
        make_network((1, 3, 32, 64), weights=(0.0, 0.0, 0.0), then=then)
        flat = collection.check(load_card(make_card(**size)))
        assert "says little" in flat.notes[0]


def test_an_added_network_gets_a_card_that_fits_it(make_network: NetworkMaker) -> None:
    network = make_network((1, 3, 32, 64), weights=MORE_BLUE, name="Upside down.onnx")
    added = collection.add(network)
    assert added.card.name == "upside-down" and added.card.near == "smaller"
    assert "its larger values are far" in added.notes[0]
    network.unlink()
    assert "upside-down" in [card.name for card in cards()]
    with Estimator(load_card("upside-down")) as estimator:
        picture, _ = drawn_road(64, 32)
        found = estimator.infer(picture)
    assert found[-4:].mean() > found[:4].mean()


def test_a_card_edited_by_hand_outlives_adding_the_same_network_again(
    make_network: NetworkMaker,
) -> None:
    file = make_network((1, 3, 32, 64), weights=MORE_BLUE, name="edited.onnx")
    added = collection.add(file)
    card = added.path.with_suffix(".toml")
    card.write_text(card.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    again = collection.add(file)
    assert card.read_text(encoding="utf-8").endswith("# mine\n")
    assert "its card is kept" in again.notes[0]


def test_the_file_of_a_shipped_card_is_added_for_that_card(
    material: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    network = material / "models" / "tcmonodepth_tcsmallnet_192x320.onnx"
    monkeypatch.setenv("DEPTHGRADE_MATERIAL", str(tmp_path / "none"))
    assert not load_card("tcmonodepth-small").available
    assert collection.add(network).card.name == "tcmonodepth-small"
    assert load_card("tcmonodepth-small").verify().parent == collection.folder()
    assert not list(collection.folder().glob("*.toml"))


def test_another_network_of_a_shipped_name_is_refused(make_network: NetworkMaker) -> None:
    """Its card would never be read, and --model would take the shipped network."""
    network = make_network((1, 3, 32, 64), weights=LESS_BLUE, name="depthgrade-small.onnx")
    with pytest.raises(DepthError, match="name depthgrade-small has a card already; rename"):
        collection.add(network)
    assert not collection.folder().exists()


@pytest.mark.parametrize("file", ["../../network.onnx", "/no/network.onnx", "..", ".profile"])
def test_a_download_is_put_nowhere_but_among_the_models(
    server: Server, remote: Path, file: str
) -> None:
    text = remote.read_text(encoding="utf-8").replace('file = "network.onnx"', f'file = "{file}"')
    remote.write_text(text, encoding="utf-8")
    with pytest.raises(DepthError, match=r"a plain name ending in \.onnx"):
        collection.fetch(load_card(remote))
    assert not server.asked


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda data: data[: len(data) // 2], "damaged or cut short"),
        (lambda data: b"", "is empty"),
        (lambda data: b"<html>not here</html>", "damaged or cut short"),
        (lambda data: data[:4], "holds no graph|damaged"),
    ],
)
def test_a_damaged_network_is_one_line(
    make_network: NetworkMaker, spoil: Callable[[bytes], bytes], problem: str
) -> None:
    path = make_network()
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(DepthError, match=problem) as caught:
        load_card(path)
    assert "\n" not in str(caught.value)


def part(field: int, data: bytes) -> bytes:
    length = len(data)
    size = bytes([length]) if length < 128 else bytes([length & 0x7F | 0x80, length >> 7])
    return bytes([field << 3 | 2]) + size + data


def number(field: int, value: int) -> bytes:
    out = bytearray([field << 3])
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


@pytest.mark.parametrize(
    ("graph", "problem"),
    [
        (  # an initializer in another file
            part(5, part(8, b"w") + part(13, part(1, b"location") + part(2, b"../../secret"))),
            r"keeps weights \(w\) in another file",
        ),
        (part(5, number(14, 1) + part(8, b"w")), "in another file"),
        (  # the same in a constant node
            part(1, part(5, part(5, number(14, 1) + part(8, b"w")))),
            "in another file",
        ),
        (part(15, part(1, part(8, b"w"))), "holds sparse weights"),
        (
            part(1, part(5, b"\xb2\x01\x02\x08\x01")),
            "holds sparse weights",
        ),  # field 22 of an attribute
        (  # 30000 x 30000 float32: 3.4 GiB
            part(5, number(1, 30000) + number(1, 30000) + number(2, 1) + part(8, b"w")),
            "declares 3.4 GiB of weights; up to 2 GiB",
        ),
        (  # four bytes where the shape needs eight
            part(5, number(1, 2) + number(2, 1) + part(8, b"w") + part(9, b"abcd")),
            "weights w hold 4 bytes, their shape needs 8",
        ),
        (  # a picture of 100000 x 100000
            part(11, part(2, part(1, part(2, 2 * part(1, number(1, 100000)))))),
            "declares a tensor of 100000x100000",
        ),
    ],
)
def test_a_hostile_network_is_refused_before_it_is_opened(
    tmp_path: Path, graph: bytes, problem: str
) -> None:
    path = tmp_path / "hostile.onnx"
    path.write_bytes(number(1, 8) + part(7, graph))
    with pytest.raises(DepthError, match=problem):
        check_onnx(path)
    with pytest.raises(DepthError, match=problem):
        load_card(path)


def test_functions_of_a_network_are_looked_through(tmp_path: Path) -> None:
    node = part(7, part(5, part(5, number(14, 1) + part(8, b"w"))))
    path = tmp_path / "functions.onnx"
    # Field 25 of the model: its tag takes two bytes.
    path.write_bytes(
        number(1, 8) + part(7, part(2, b"g")) + b"\xca\x01" + bytes([len(node)]) + node
    )
    with pytest.raises(DepthError, match=r"keeps weights \(w\) in another file"):
        check_onnx(path)


def test_graphs_in_graphs_end(tmp_path: Path) -> None:
    graph = b""
    for _ in range(20):
        graph = part(1, part(5, part(6, graph + number(4, 1))))
    path = tmp_path / "deep.onnx"
    path.write_bytes(number(1, 8) + part(7, graph))
    with pytest.raises(DepthError, match="nests graphs"):
        check_onnx(path)


def test_the_shipped_networks_pass(material: Path) -> None:
    path = material / "models" / "tcmonodepth_tcsmallnet_192x320.onnx"
    check_onnx(path)
    assert collection.check(load_card("tcmonodepth-small")).agreement > 0.9  # measured 0.955
