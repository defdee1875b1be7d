"""Parses a .vcf with vobject: prints each card's names, phones and e-mail addresses as JSON."""

import json
import sys

import vobject


def part(name, field):
    # vobject makes a list of a part with several values.
    value = getattr(name, field)
    return value if isinstance(value, str) else ",".join(value)


cards = []
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    for card in vobject.readComponents(file.read()):
        card.validate(raiseException=True)
        cards.append({
            "title": card.fn.value,
            "names": [part(card.n.value, field) for field in ("prefix", "given", "additional", "family", "suffix")],
            "phones": sorted(line.value for line in card.contents.get("tel", [])),
            "emails": sorted(line.value for line in card.contents.get("email", [])),
        })
print(json.dumps(cards))
