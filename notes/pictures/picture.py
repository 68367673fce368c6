"""A small SVG: boxes, text and arrows in colours that follow the reader's light or dark setting."""

from html import escape

# class: (light, dark); "a" to "d" are fills that ink can be read on.
COLOURS = {
    "paper": ("#ffffff", "#12161c"),
    "ink": ("#1f2328", "#e6edf3"),
    "quiet": ("#59636e", "#9aa4af"),
    "a": ("#cfe3ff", "#1d4f91"),
    "b": ("#ffdcb8", "#84501a"),
    "c": ("#c8efd0", "#1f6b3d"),
    "d": ("#eadcff", "#5b3f99"),
    "none": ("#eef1f4", "#272d36"),
    "bad": ("#ffd0d0", "#8f2d2d"),
}


def _rules(which):
    fills = "".join(f".{name}{{fill:{pair[which]}}}" for name, pair in COLOURS.items())
    return f"{fills}.edge{{stroke:{COLOURS['quiet'][which]}}}.strong{{stroke:{COLOURS['ink'][which]}}}"


class Picture:
    def __init__(self, width, height, title):
        self.width, self.height, self.title = width, height, title
        self.parts = []

    def box(self, x, y, width, height, colour, text="", size=13, bold_edge=False):
        edge = "strong" if bold_edge else "edge"
        self.parts.append(f'<rect class="{colour} {edge}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="2"'
                          f' stroke-width="{2 if bold_edge else 1}"/>')
        if text:
            self.text(x + width / 2, y + height / 2 + size * 0.35, text, size=size)

    def text(self, x, y, text, size=13, anchor="middle", colour="ink", bold=False):
        weight = ' font-weight="bold"' if bold else ""
        self.parts.append(f'<text class="{colour}" x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}"{weight}>'
                          f"{escape(text)}</text>")

    def line(self, x1, y1, x2, y2, arrow=False, dashed=False):
        end = ' marker-end="url(#head)"' if arrow else ""
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self.parts.append(f'<line class="edge" x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke-width="1.5"'
                          f"{dash}{end}/>")

    def svg(self, dark=False):
        """The whole file. It follows the reader's setting; `dark`: always as on a dark screen, to be looked at."""
        head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
                f'height="{self.height}" role="img" font-family="system-ui, sans-serif">')
        follows = f"{_rules(0)}@media (prefers-color-scheme:dark){{{_rules(1)}}}"
        style = f"<style>{_rules(1) if dark else follows}</style>"
        marker = ('<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
                  'orient="auto-start-reverse"><path class="quiet" d="M0 0L8 4L0 8z"/></marker></defs>')
        paper = f'<rect class="paper" width="{self.width}" height="{self.height}" rx="6"/>'
        return "\n".join([head, f"<title>{escape(self.title)}</title>", style, marker, paper, *self.parts, "</svg>"]) + "\n"
