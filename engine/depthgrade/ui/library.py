"""The panels beside the node graph: looks to try, stills to compare with, renders on their way."""

from imgui_bundle import ImVec2, imgui
from imgui_bundle import icons_fontawesome_6 as icons

from depthgrade import looks
from depthgrade.ui import files, theme, widgets
from depthgrade.ui.app import App
from depthgrade.ui.theme import u32
from depthgrade.ui.widgets import scaled


def draw_looks(app: App) -> None:
    """The looks that come with depthgrade, and an empty one."""
    width = scaled(250)
    across = max(1, int(imgui.get_content_region_avail().x / (width + scaled(8))))
    cards = [(name, looks.load(name)) for name in looks.names()]
    items = [("no grade", files.empty_look(), "Source to output, nothing between.")]
    items += [(look.title, look, look.about) for _, look in cards]
    for index, (title, look, about) in enumerate(items):
        if index % across:
            imgui.same_line()
        start = imgui.get_cursor_screen_pos()
        height = scaled(74)
        if imgui.invisible_button(f"##look {title}", ImVec2(width, height)):
            files.lay_look(app, look)
        draw = imgui.get_window_draw_list()
        back = theme.FIELD_HOVERED if imgui.is_item_hovered() else theme.FIELD
        end = ImVec2(start.x + width, start.y + height)
        draw.add_rect_filled(start, end, u32(back), scaled(4))
        pad = scaled(9)
        draw.add_text(ImVec2(start.x + pad, start.y + pad), u32(theme.STRONG), title)
        draw.add_text(
            imgui.get_font(),
            imgui.get_font_size() * 0.9,
            ImVec2(start.x + pad, start.y + pad + imgui.get_font_size() * 1.25),
            u32(theme.QUIET),
            about,
            wrap_width=width - 2 * pad,
        )


def draw_stills(app: App) -> None:
    """Kept pictures; one of them can be what the wipe compares with."""
    if widgets.icon_button(icons.ICON_FA_CAMERA, "Keep the picture as it is (Ctrl-Alt-G)."):
        app.keep_still()
    imgui.same_line()
    if not app.stills:
        imgui.text_disabled("Keep a still to compare other grades with it.")
        return
    if widgets.chip("against ungraded", app.view.against is None):
        app.view.against = None
    height = max(scaled(60), imgui.get_content_region_avail().y - scaled(34))
    for index, still in enumerate(list(app.stills)):
        if index:
            imgui.same_line()
        imgui.begin_group()
        width = height * still.texture.width / still.texture.height
        start = imgui.get_cursor_screen_pos()
        if imgui.invisible_button(f"##still {still.name}", ImVec2(width, height)):
            app.view.against = still.name
            app.view.compare = app.view.compare if app.view.compare != "off" else "wipe"
        draw = imgui.get_window_draw_list()
        end = ImVec2(start.x + width, start.y + height)
        still.texture.filter = (0x2601, 0x2601)
        draw.add_image(imgui.ImTextureRef(still.texture.glo), start, end)
        if app.view.against == still.name:
            draw.add_rect(start, end, u32(theme.ACCENT), 0, scaled(2))
        imgui.text_unformatted(widgets.clipped(still.name, width - scaled(34)))
        imgui.same_line()
        if imgui.small_button(f"{icons.ICON_FA_ROTATE_LEFT}##{still.name}"):
            files.lay_look(app, still.look)
        widgets.tooltip("Take the grade of this still.")
        imgui.end_group()


def draw_queue(app: App) -> None:
    """Renders: what waits, what runs and how far it is."""
    if widgets.chip("Render…", on=False, help="Render this project to a file."):
        files.ask(app, "render to")
    if app.render_range is not None:
        imgui.same_line()
        imgui.text_disabled(
            f"frames {app.render_range[0]} to {app.render_range[1] - 1} (in to out)"
        )
    for job in list(app.queue.jobs):
        imgui.push_id(str(job.out))
        imgui.align_text_to_frame_padding()
        color = theme.WRONG if job.state == "failed" else theme.TEXT
        imgui.text_colored(theme.vec4(color), widgets.clipped(job.out.name, scaled(220)))
        imgui.same_line(scaled(240))
        if job.state == "rendering":
            done = job.done / max(1, job.total)
            imgui.progress_bar(done, ImVec2(scaled(200), 0), f"{job.what} {job.done}/{job.total}")
        else:
            imgui.text_disabled(f"{job.state}  {job.note}")
        imgui.same_line(widgets.right_edge() - scaled(30))
        if widgets.icon_button(icons.ICON_FA_XMARK, "Stop, or take out of the list."):
            app.queue.stop(job)
        imgui.pop_id()
