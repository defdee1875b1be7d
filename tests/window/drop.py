"""Drops a file or folder onto a window, as a file manager does (XDND 5, freedesktop.org/wiki/Specifications/XDND).

drop.py <window's name> <path>; ends with 0 when the window took it.
"""

import sys
import time
from pathlib import Path

from Xlib import X, display
from Xlib.protocol import event

PATIENCE = 20.0
screen = display.Display()
root = screen.screen().root
atom = screen.intern_atom
name, path = sys.argv[1], Path(sys.argv[2])
LIST = atom("text/uri-list")
source = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
seen = {}


def windows(above):
    for window in above.query_tree().children:
        yield window
        yield from windows(window)


def is_target(window):
    return window.get_wm_name() == name and window.get_full_property(atom("XdndAware"), X.AnyPropertyType)


def tell(kind, *words):
    data = [source.id, *words] + [0] * (4 - len(words))
    message = event.ClientMessage(window=target, client_type=atom(kind), data=(32, data))
    target.send_event(message)
    screen.flush()


def give(request):
    """Hands over what is being dragged."""
    types = {atom("TARGETS"): (atom("ATOM"), 32, [LIST]), LIST: (LIST, 8, (path.as_uri() + "\r\n").encode())}
    given = types.get(request.target)
    if given:
        request.requestor.change_property(request.property, *given)
    answer = event.SelectionNotify(
        time=request.time,
        requestor=request.requestor,
        selection=request.selection,
        target=request.target,
        property=request.property if given else X.NONE,
    )
    request.requestor.send_event(answer)
    screen.flush()


def listen(seconds):
    """Answers for a while, and notes the last answer of each kind."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        while screen.pending_events():
            heard = screen.next_event()
            if heard.type == X.SelectionRequest:
                give(heard)
            elif heard.type == X.ClientMessage:
                seen[screen.get_atom_name(heard.client_type)] = heard.data[1]
        time.sleep(0.01)


target = next(window for window in windows(root) if is_target(window))
place = target.get_geometry()
middle = root.translate_coords(target, 0, 0)
x, y = -middle.x + place.width // 2, -middle.y + place.height // 2
source.set_selection_owner(atom("XdndSelection"), X.CurrentTime)
tell("XdndEnter", 5 << 24, LIST)
until = time.monotonic() + PATIENCE
# A drag moves: the window makes up its mind once it knows what is being dragged.
while time.monotonic() < until and not (seen.get("XdndStatus") or [0, 0])[1] & 1:
    x += 1
    tell("XdndPosition", 0, (x << 16) | y, X.CurrentTime, atom("XdndActionCopy"))
    listen(0.2)
if "--hold" in sys.argv:
    listen(3)
    tell("XdndLeave")
    listen(0.2)
    sys.exit(0)
if not seen.get("XdndStatus", [0, 0])[1] & 1:
    tell("XdndLeave")
    sys.exit(f"refused: {seen}")
tell("XdndDrop", 0, X.CurrentTime)
while time.monotonic() < until and "XdndFinished" not in seen:
    listen(0.1)
sys.exit(0 if "XdndFinished" in seen else f"never finished: {seen}")
