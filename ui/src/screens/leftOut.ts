const TITLES: Record<string, string> = {
  health: "Health",
  callHistory: "Call history",
  safari: "Safari history",
  keychain: "Saved passwords",
  messagesInICloud: "Messages in iCloud",
  photosInICloud: "Photos in iCloud only",
  unreadable: "Files the iPhone could not read",
  home: "Home",
  wifi: "Wi-Fi networks",
  thisDeviceOnly: "Passwords bound to the iPhone",
  excluded: "Files that apps leave out",
};

/** What is missing, as a heading. A reason of a kind not known here is said in its own words. */
export function titleOf(what: string): string {
  const words = what.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return TITLES[what] ?? words.charAt(0).toUpperCase() + words.slice(1);
}
