"""Files of the application: open, save, save as, autosave and recovery, reloading, rendering."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from depthgrade import editing, looks
from depthgrade.compiler import forget_shaders
from depthgrade.errors import EngineError, ProjectError
from depthgrade.gl.monitor import Monitor
from depthgrade.gl.scopes import Scopes
from depthgrade.graph import OUTPUT, SOURCE, Wire
from depthgrade.project import Look, Project
from depthgrade.project_file import save as save_project
from depthgrade.project_file import save_look
from depthgrade.resources import shader_stamp
from depthgrade.ui.app import App
from depthgrade.ui.queue import Job
from depthgrade.ui.unsaved import stills_folder, unsaved_file

AUTOSAVE = 20.0  # seconds between copies of unsaved work
RELOAD = 0.5  # seconds between looks at the project file


def open_path(app: App, path: Path) -> None:
    """Opens a project, or a clip with depth wired into a neutral grade.

    Raises ProjectError for a project that can't be read.
    """
    if path.suffix.lower() == ".toml":
        project = Project.load(path)
        if project.clip is None and app.project.clip is not None:
            project = replace(project, clip=app.project.clip)
        app.open(project, path)
        return
    app.open(Project(clip=path, look=first_look()))


def first_look() -> Look:
    """What a bare clip opens with: a depth key wired into a neutral grade."""
    look, grade = editing.insert_serial(Look(title="Untitled"), SOURCE)
    look, depth = editing.add(look, "depth_map")
    return replace(look, wires=(*look.wires, Wire(depth, grade, "key")))


def empty_look() -> Look:
    """Nothing but the source wired to the output."""
    return Look(title="Untitled", wires=(Wire(SOURCE, OUTPUT),))


def save(app: App) -> None:
    """Saves the project where it came from; asks where it came from nowhere."""
    if app.project_file is None:
        ask(app, "save as")
        return
    try:
        save_project(app.project, app.project_file)
    except EngineError as error:
        app.say(str(error), wrong=True)
        return
    app.history.mark_saved()
    app.file_stamp = stamp(app.project_file)
    recovery_file(app).unlink(missing_ok=True)
    app.say(f"saved {app.project_file}")


def ask(app: App, wish: str) -> None:
    """Has a path typed for something."""
    clip = Path(app.project.clip) if app.project.clip is not None else Path.cwd() / "clip"
    suggestions = {
        "open": f"{clip.parent}/",
        "save as": str(app.project_file or clip.with_suffix(".toml")),
        "save look as": str(looks.saved_folder() / "look.toml"),
        "analyse depth to": str(clip.with_suffix(".depth")),
        "render to": str(clip.with_name(f"{clip.stem}_graded.mov")),
    }
    app.asking, app.asked_path = wish, suggestions[wish]


def answer(app: App, wish: str, text: str) -> None:
    """Does what the path was asked for."""
    app.asking = None
    path = Path(text).expanduser()
    try:
        match wish:
            case "open":
                open_path(app, path)
            case "save as":
                app.project_file = path.with_suffix(".toml")
                save(app)
                app.stills.move(stills_folder(app.project_file, app.project.clip))
            case "save look as":
                path = path.with_suffix(".toml")
                if path.parent == looks.saved_folder():
                    path = looks.saved_path(path.stem)
                save_look(app.look, path)
                app.say(f"saved {path}")
            case "render to":
                app.queue.add(Job(app.project, path, app.render_range))
                app.say(f"{path.name} is in the render queue")
            case "analyse depth to":
                app.queue.add(Job(app.project, path, None, "analysis"))
                app.say(f"{path.name} is in the render queue")
    except EngineError as error:
        app.say(str(error), wrong=True)


def objection(wish: str, text: str) -> tuple[str, bool]:
    """What is to be said about a path before it is taken, and whether it can't be."""
    path = Path(text.strip()).expanduser()
    if wish == "render to" and path.exists():
        return "is there already; choose another name", True
    if wish.startswith("save") and path.with_suffix(".toml").is_file():
        return "is there already and will be written over", False
    return "", False


def lay_look(app: App, look: Look) -> None:
    """Gives the clip another look; undo brings the old one back."""
    app.edit(replace(app.project, look=look), f"look {look.title}")
    app.select(next(reversed(look.graph.order()), None))


def stamp(path: Path | None) -> tuple[int, int] | None:
    """What tells two versions of a file apart."""
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def watch(app: App) -> None:
    """Takes a project or shader files that changed on disk; broken ones leave the picture."""
    now = app.now()
    if now - app.watched < RELOAD:
        return
    app.watched = now
    if app.player is None or not app.player.playing:  # many files, for so rare a thing
        _watch_shaders(app)
    _watch_project(app)
    there = not app.clip_there or Path(str(app.project.clip)).is_file()
    gone = f"{app.clip_name}: is no longer there; frames come from the file as it was, if at all"
    app.missing = None if there else gone


def _watch_shaders(app: App) -> None:
    newest = shader_stamp()
    known, app.shaders = app.shaders, newest
    if known is None or newest == known:
        return
    changed = [Path(path).name for path, *_ in set(newest) ^ set(known)]
    forget_shaders()
    app.scopes, app.monitor = Scopes(app.device), Monitor(app.device)
    app.node_pictures.close()
    if app.player is not None:
        app.player.preview.reload()
    app.drawn = app.prepared = None
    app.say(f"reloaded {', '.join(sorted(set(changed)))}: changed on disk")


def _watch_project(app: App) -> None:
    path, known = app.project_file, app.file_stamp
    newest = stamp(path)
    if path is None or newest is None or newest == known:
        return
    app.file_stamp = newest
    if known is None:
        return
    try:
        project = Project.load(path)
    except ProjectError as error:
        app.say(f"not reloaded: {error}", wrong=True)
        return
    if project.clip is None:
        project = replace(project, clip=app.project.clip)
    app.edit(project, f"reload {path.name}")
    app.history.mark_saved()
    app.say(f"reloaded {path.name}: it changed on disk")


def recovery_file(app: App) -> Path:
    """Where unsaved work of this project or clip is kept."""
    return unsaved_file(app.project_file, app.project.clip)


def project_folder(app: App) -> Path | None:
    """The folder of the project, else of the clip."""
    origin = app.project_file or app.project.clip
    return Path(origin).parent if origin is not None else None


def chores(app: App) -> None:
    """What has to be done beside drawing, once a refresh; nothing of it waits."""
    watch(app)
    autosave(app)
    done = app.queue.pump()
    if done is not None and done.kind == "analysis" and done.project.clip == app.project.clip:
        app.edit(replace(app.project, depth=done.out), f"depth from {done.out.name}")
    app.stills.update(app.device)
    if app.stills.error is not None:
        app.say(app.stills.error, wrong=True)
        app.stills.error = None
    app.node_pictures.update(app)


def autosave(app: App) -> None:
    """Keeps a copy of unsaved work now and then; a full disk is no reason to stop grading."""
    now = app.now()
    if now - app.autosaved < AUTOSAVE or not app.history.unsaved or app.history.undoable is None:
        return
    app.autosaved = now
    with suppress(EngineError):
        save_project(app.project, recovery_file(app))


def recover(app: App) -> None:
    """Brings back work that was not saved when the window last went away."""
    path = recovery_file(app)
    if not path.exists():
        return
    try:
        project = Project.load(path)
    except ProjectError:
        return
    app.edit(replace(app.project, look=project.look), "recover unsaved work")
    app.say("unsaved work was brought back; undo to go without it")


def leave(app: App) -> None:
    """The window closes in an orderly way; unsaved work stays recoverable, saved work does not."""
    if app.history.unsaved and app.history.undoable is not None:
        with suppress(EngineError):
            save_project(app.project, recovery_file(app))
    else:
        recovery_file(app).unlink(missing_ok=True)
