import type { Component } from "svelte";
import type { IconName } from "../parts/icons";
import Calls from "./calls/Calls.svelte";
import Contacts from "./contacts/Contacts.svelte";
import Messages from "./messages/Messages.svelte";
import Other from "./Other.svelte";
import Photos from "./photos/Photos.svelte";
import type { KindPage } from "./place";

interface KindLook {
  /** The name people see. */
  title: string;
  icon: IconName;
  page: Component<KindPage>;
}

const looks: Record<string, KindLook> = {
  messages: { title: "Messages", icon: "messages", page: Messages },
  whatsapp: { title: "WhatsApp", icon: "chats", page: Messages },
  "whatsapp-business": { title: "WhatsApp Business", icon: "chats", page: Messages },
  photos: { title: "Photos", icon: "photos", page: Photos },
  contacts: { title: "Contacts", icon: "contacts", page: Contacts },
  calls: { title: "Calls", icon: "calls", page: Calls },
};

export function lookOf(kind: string): KindLook {
  return looks[kind] ?? { title: kind, icon: "file", page: Other };
}
