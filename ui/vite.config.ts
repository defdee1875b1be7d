import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte(), svelteTesting({ autoCleanup: false })],
  clearScreen: false,
  server: {
    port: 5173,
    strictPort: true,
    // A running web host (`cargo run -p tests --bin web-host`) answers these while the pages come from Vite.
    proxy: Object.fromEntries(["/call", "/events", "/media"].map((path) => [path, "http://127.0.0.1:8420"])),
  },
  build: { target: ["safari17", "chrome120"], assetsInlineLimit: 0, chunkSizeWarningLimit: 800 },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
