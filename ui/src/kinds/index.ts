import type { Component } from "svelte";
import type { IconName } from "../parts/icons";
import Calls from "./calls/Calls.svelte";
import Contacts from "./contacts/Contacts.svelte";
import Messages from "./messages/Messages.svelte";
import Other from "./Other.svelte";
import Photos from "./photos/Photos.svelte";
import type { KindPage } from "./place";

interface KindLook {
  icon: IconName;
  page: Component<KindPage>;
}

const looks: Record<string, KindLook> = {
  messages: { icon: "messages", page: Messages },
  photos: { icon: "photos", page: Photos },
  contacts: { icon: "contacts", page: Contacts },
  calls: { icon: "calls", page: Calls },
};

export function lookOf(kind: string): KindLook {
  return looks[kind] ?? { icon: "file", page: Other };
}
