// What every journey begins with: a pretend iPhone that trusts this computer, and backups of it.

import assert from "node:assert/strict";

/** `pictures` keeps how it looks on the way; one journey's are enough. */
export async function welcome(it, pictures = false) {
  await it.heading("Connect your iPhone");
  if (pictures) await it.picture("01-welcome");
  await it.button("Try with a pretend iPhone").click();
  await it.heading("This iPhone is pretend");
}

export async function trust(it, pictures = false) {
  await it.heading("Not trusted yet");
  if (pictures) await it.picture("02-not-trusted");
  await it.button("Trust This Computer").click();
  await it.heading("Tap Trust on the iPhone");
  await it.glimpse("03-tap-trust");
  await it.heading("Never backed up");
  if (pictures) await it.picture("04-never-backed-up");
}

/** Backs up, and returns the version with the counts of its kinds. */
export async function backUp(it, versions, name) {
  await it.button("Back Up Now").click();
  await it.heading("Enter your passcode on the iPhone");
  await it.glimpse(`${name}-passcode`);
  // A small phone may be done before the page is looked at again.
  await it.heading(/^(Backing up…|Backed up)/);
  await it.glimpse(`${name}-running`);
  await it.heading(/^Backed up/);
  await it.page.getByRole("heading", { name: `Versions ${versions}`, exact: true }).waitFor();
  const listed = await it.call("versions.list", {});
  assert.equal(listed.versions.length, versions);
  assert.deepEqual(listed.damaged, []);
  const [newest] = listed.versions;
  assert.equal(newest.unconfirmed, false);
  await it.picture(name);
  return newest;
}

/** A version with the counts of its kinds. */
export async function counted(it, version) {
  const kinds = await it.call("version.count", { version: version.id });
  for (const kind of kinds) assert.equal(kind.problem, null, kind.id);
  return { ...version, counts: Object.fromEntries(kinds.map(({ id, count }) => [id, count])) };
}
