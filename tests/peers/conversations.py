"""Compares what imessage-exporter wrote as HTML with what Heirloom wrote as JSON lines, of the same database.

conversations.py FOLDER, which holds `theirs` (files *.html, attachments beside them) and `Messages` (ours). Prints
counts and what differs, each with the guid of the message. Messages are known by guid in both.
"""

import hashlib
import html.parser
import json
import pathlib
import re
import sys
import urllib.parse

BUBBLE = {"bubble", "unsent"}
VOID = {"img", "hr", "br", "source", "meta", "link", "input", "wbr"}


class Page(html.parser.HTMLParser):
    """The messages of one page: guid to texts and files. A reply stands both in its thread and by itself: once is enough."""

    def __init__(self, folder):
        super().__init__()
        self.folder, self.messages, self.open, self.wordings = folder, {}, [], 0

    def inside(self, name):
        return any(name in classes for classes, _ in self.open)

    def message(self):
        return next((guid for _, guid in reversed(self.open) if guid is not None), None)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        classes = (attributes.get("class") or "").split()
        if tag == "br":
            return self.handle_data("\n")
        link = attributes.get("href") or ""
        if link.startswith("sms://open?message-guid="):
            # The head of a message: everything up to the end of its element is of this message.
            place = max(at for at, (classes, _) in enumerate(self.open) if "message" in classes)
            guid = link.split("=", 1)[1]
            self.open[place] = (self.open[place][0], guid)
            self.messages[guid] = {"texts": [], "files": []}
        guid, file = self.message(), attributes.get("src") or link
        if guid and (self.inside("attachment") or self.inside("sticker")) and file and not self.inside("tapbacks"):
            self.messages[guid]["files"].append(file)
        if tag in VOID:
            return None
        if guid and BUBBLE.intersection(classes):
            self.messages[guid]["texts"].append("")
        if guid and tag == "table" and self.inside("edited"):
            self.wordings = len(self.messages[guid]["texts"])
        if guid and tag in ("tbody", "tfoot") and self.inside("edited"):
            # The last row is how it reads now.
            self.messages[guid]["texts"][self.wordings :] = [""]
            classes.append("wording")
        self.open.append((classes, None))
        return None

    def handle_endtag(self, tag):
        if tag not in VOID and self.open:
            self.open.pop()

    def handle_data(self, text):
        guid = self.message()
        said = self.inside("bubble") or self.inside("unsent") or (self.inside("wording") and not self.inside("timestamp"))
        if guid and said and self.messages[guid]["texts"] and not self.inside("tapbacks"):
            self.messages[guid]["texts"][-1] += text


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def plain(texts):
    """Without the white space that a template may put around a text."""
    return [stripped for text in texts if (stripped := re.sub(r"\s+", " ", text.replace("\ufffc", "")).strip())]


def theirs(folder):
    for path in sorted(folder.glob("*.html")):
        page = Page(folder)
        page.feed(path.read_text(encoding="utf-8"))
        for message in page.messages.values():
            files = {urllib.parse.unquote(file) for file in message["files"]}
            message["files"] = sorted(filter(None, (digest(folder / file) for file in files)))
            message["texts"] = plain(message["texts"])
        if page.messages:
            yield path.stem, page.messages


def ours(folder):
    found = []
    for line in (folder / "Messages.jsonl").open(encoding="utf-8"):
        line = json.loads(line)
        if "conversation" in line:
            found.append((line["conversation"]["title"], {}))
            continue
        message = line["message"]
        texts = ["".join(run["text"] for run in part["runs"]) for part in message["parts"] if part["type"] == "text"]
        files = {file["path"] for file in message["files"] if file["path"]}
        found[-1][1][message["guid"]] = {
            "texts": plain(texts),
            "files": sorted(filter(None, (digest(folder / file) for file in files))),
            "kind": message["kind"],
            "parts": [part["type"] for part in message["parts"]],
            "deleted": message["deleted"] is not None,
            "unsent": message["unsent"],
        }
    return found


def main(folder):
    here, there = ours(folder / "Messages"), list(theirs(folder / "theirs"))
    said, wrong = {guid: message for _, messages in here for guid, message in messages.items()}, []
    # An announcement of theirs has no guid: what ours calls an event, and messages of which nothing is left.
    silent = {guid for guid, one in said.items() if one["kind"] == "event" or (one["unsent"] and not one["parts"])}
    spoken = [messages.keys() - silent for _, messages in here]
    other = {guid: message for _, messages in there for guid, message in messages.items()}
    for guids, (title, _) in zip(spoken, here):
        for name, messages in there:
            met = guids & messages.keys()
            if met and met != messages.keys():
                wrong.append(f"{title}: {name} has others too: {sorted(messages.keys() - guids)[:3]}")
        lost = guids - other.keys()
        wrong += [f"{guid} is not there: {said[guid]}" for guid in sorted(lost)]
    wrong += [f"{guid} is not here: {other[guid]}" for guid in sorted(other.keys() - said.keys())]
    both = sorted(other.keys() & said.keys())
    for guid in both:
        for what in ("texts", "files"):
            if said[guid][what] != other[guid][what]:
                wrong.append(f"{guid} {what}: {said[guid]} there {other[guid]}")
    counts = {
        "conversations": [sum(map(bool, spoken)), len(there)],
        "messages": [sum(map(len, spoken)), len(other)],
        "texts": sum(len(said[guid]["texts"]) for guid in both),
        "files": sum(len(said[guid]["files"]) for guid in both),
    }
    print(json.dumps({"counts": counts, "wrong": wrong}))


main(pathlib.Path(sys.argv[1]))
