"""Draws the pictures of the notes: python3 draw.py writes them beside itself, --check says which differ from what it
would write, --dark FOLDER writes them there as a reader with a dark screen sees them."""

import sys
from pathlib import Path

from picture import Picture

HERE = Path(__file__).resolve().parent


def grid():
    """Four blocks of three threads over ten elements."""
    p = Picture(640, 210, "A grid over an array: four blocks of three threads, ten elements")
    left, cell = 80, 44
    p.text(left - 12, 62, "threads", anchor="end", size=12, colour="quiet")
    p.text(left - 12, 150, "array", anchor="end", size=12, colour="quiet")
    for block in range(4):
        x = left + block * 3 * cell
        p.text(x + 1.5 * cell, 28, f"block {block}", size=13, bold=True)
        for thread in range(3):
            i = block * 3 + thread
            at = x + thread * cell
            inside = i < 10
            p.box(at + 3, 40, cell - 6, 34, "abcd"[block] if inside else "bad", str(thread))
            if inside:
                p.line(at + cell / 2, 78, at + cell / 2, 122, arrow=True)
            else:
                p.text(at + cell / 2, 104, "masked", size=10, colour="quiet")
    for i in range(10):
        p.box(left + i * cell, 126, cell, 38, "none", f"x[{i}]", size=12)
    p.text(left, 192, "i = blockIdx.x * blockDim.x + threadIdx.x,  here blockDim.x = 3;  i < n stops the last two",
           anchor="start", size=12, colour="quiet")
    return p


def sectors():
    """A warp's 32 loads, side by side and 8 floats apart; 8 of the lanes are drawn."""
    p = Picture(640, 300, "What a warp's loads move: side by side, and eight floats apart")
    cell, left = 15, 32

    def row(y, title, stride, note):
        p.text(left, y, title, anchor="start", bold=True)
        for sector in range(4):
            for word in range(8):
                index = sector * 8 + word
                used = index % stride == 0
                p.box(left + sector * (8 * cell + 18) + word * cell, y + 46, cell, 26, "c" if used else "none")
                if used and index // stride < 32:
                    x = left + sector * (8 * cell + 18) + word * cell + cell / 2
                    p.line(x, y + 18, x, y + 43, arrow=True)
            p.text(left + sector * (8 * cell + 18) + 4 * cell, y + 90, f"sector {sector}: 32 bytes", size=11, colour="quiet")
        p.text(left, y + 114, note, anchor="start", size=12, colour="quiet")

    row(28, "x[threadIdx.x]", 1, "32 lanes, 4 sectors: every byte that moves is used")
    row(170, "x[threadIdx.x * 8]", 8, "4 of the 32 lanes; each lane has a sector of its own: 32 sectors, an eighth of them used")
    return p


def tiles():
    """The walk of one tile of C."""
    p = Picture(640, 400, "The walk of a tile of C along a row of tiles of A and a column of tiles of B")
    size, ax, ay, bx, by = 36, 60, 212, 300, 34
    for row in range(4):
        for column in range(5):
            on = row == 1
            p.box(ax + column * size, ay + row * size, size, size, "abcdn"[column] if on and column < 4 else
                  ("bad" if on else "none"), str(column) if on else "")
    for row in range(5):
        for column in range(6):
            on = column == 3
            p.box(bx + column * size, by + row * size - 10, size, size, ("abcd"[row] if row < 4 else "bad") if on else "none",
                  str(row) if on else "")
    for row in range(4):
        for column in range(6):
            on = (row, column) == (1, 3)
            p.box(bx + column * size, ay + row * size, size, size, "none", bold_edge=on, text="C" if on else "")
    p.text(ax + 2.5 * size, ay - 10, "A: m x k", bold=True)
    p.text(bx - 12, by + 2.2 * size, "B: k x n", anchor="end", bold=True)
    p.text(bx + 6 * size + 10, ay + 2.1 * size, "C: m x n", anchor="start", bold=True)
    p.line(ax + 4, ay + 4 * size + 14, ax + 5 * size - 4, ay + 4 * size + 14, arrow=True)
    p.line(bx + 6 * size + 14, by - 6, bx + 6 * size + 14, by + 5 * size - 14, arrow=True)
    p.text(ax, 388, "turn 0, 1, 2, ...: tiles of one colour are fetched together, multiplied, and added to the tile of C",
           anchor="start", size=12, colour="quiet")
    return p


def banks():
    """Where a tile's elements lie in shared memory: rows of 32 and of 33 words (8 and 9 are drawn)."""
    p = Picture(640, 362, "Banks of shared memory: a column of a tile whose rows are as long as there are banks, and one longer")
    cell = 28

    def tile(left, columns, title, note):
        p.text(left, 28, title, anchor="start", bold=True)
        for bank in range(8):
            p.text(left + bank * cell + cell / 2, 50, str(bank), size=11, colour="quiet")
        for word in range(8 * columns):
            row, column = divmod(word, columns)
            line, bank = divmod(word, 8)
            used = column == 2
            p.box(left + bank * cell, 58 + line * cell, cell, cell,
                  ("bad" if columns == 8 else "c") if used else "none", f"{row},{column}", size=10)
        p.text(left, 58 + columns * cell + 18 if columns == 9 else 58 + 9 * cell + 18, note, anchor="start", size=12,
               colour="quiet")

    tile(40, 8, "tile[8][8]", "column 2: all in bank 2, 8 wavefronts")
    tile(350, 9, "tile[8][9]", "column 2: 8 banks, 1 wavefront")
    p.text(40, 344, "drawn with 8 banks, numbered on top; a GPU has 32, and a tile of 32 rows", anchor="start", size=12,
           colour="quiet")
    return p


def online_softmax():
    """One pass over 3 1 4 1 5: the sum is rescaled when the maximum grows."""
    import math
    values = [3.0, 1.0, 4.0, 1.0, 5.0]
    p = Picture(640, 310, "Online softmax: maximum and sum in one pass, the sum rescaled when the maximum grows")
    left, step = 130, 98
    for label, y in (("x[j]", 50), ("maximum", 108), ("factor", 166), ("sum", 224)):
        p.text(left - 24, y + 5, label, anchor="end", size=13, colour="quiet")
    largest, total = -math.inf, 0.0
    for j, x in enumerate(values):
        at = left + j * step
        new = max(largest, x)
        factor = math.exp(largest - new)
        grew = new > largest
        total = total * factor + math.exp(x - new)
        p.box(at, 32, 74, 36, "a", f"{x:g}")
        p.box(at, 90, 74, 36, "b" if grew else "none", f"{new:g}")
        p.box(at, 148, 74, 36, "b" if grew else "none", f"{factor:.3f}" if 0 < factor < 1 else f"{factor:g}")
        p.box(at, 206, 74, 36, "c", f"{total:.4f}")
        if j + 1 < len(values):
            p.line(at + 76, 224, at + step - 3, 224, arrow=True)
        largest = new
    direct = sum(math.exp(x - largest) for x in values)
    p.text(left, 272, "factor = exp(old - new);  sum = sum * factor + exp(x[j] - new)", anchor="start", size=12, colour="quiet")
    p.text(left, 292, f"at the end {total:.4f}, as in two passes: {direct:.4f}", anchor="start", size=12, colour="quiet")
    return p


def flash():
    """Which tiles of the scores one block of queries visits, and what it keeps."""
    p = Picture(640, 330, "Flash attention: a block of queries walks over the keys; causal: tiles past the diagonal are left out")
    size, left, top = 44, 130, 52
    for row in range(5):
        for column in range(5):
            on = row == 3 and column <= 3
            past = column > row
            colour = "bad" if past else ("abcd"[column] if on else "none")
            p.box(left + column * size, top + row * size, size, size, colour, str(column) if on else ("-" if past else ""))
    p.text(left + 2.5 * size, 34, "keys, values", bold=True)
    p.text(left - 12, top + 2.6 * size, "queries", anchor="end", bold=True)
    p.line(left + 4, top + 5 * size + 14, left + 4 * size - 4, top + 5 * size + 14, arrow=True)
    for i, (name, what) in enumerate((("maximum", "one a query"), ("sum", "one a query"), ("O", "one row a query"))):
        y = top + 22 + i * 62
        p.box(430, y, 120, 38, "c", name)
        p.text(430, y + 53, what, anchor="start", size=11, colour="quiet")
    p.text(430, 44, "kept in registers", anchor="start", bold=True)
    p.text(left, 316, "turn 0 to 3: scores of one tile, rescale, add to O; no score is ever stored", anchor="start", size=12,
           colour="quiet")
    return p


PICTURES = {"grid": grid, "sectors": sectors, "tiles": tiles, "banks": banks, "online_softmax": online_softmax,
            "flash": flash}


def main():
    if "--dark" in sys.argv:
        folder = Path(sys.argv[sys.argv.index("--dark") + 1])
        for name, draw in PICTURES.items():
            (folder / f"{name}.svg").write_text(draw().svg(dark=True))
        return 0
    differ = []
    for name, draw in PICTURES.items():
        file, text = HERE / f"{name}.svg", draw().svg()
        if "--check" not in sys.argv:
            file.write_text(text)
        elif not file.exists() or file.read_text() != text:
            differ.append(file.name)
    if differ:
        print(f"notes/pictures: not as draw.py draws them: {', '.join(differ)}; run python3 notes/pictures/draw.py")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
