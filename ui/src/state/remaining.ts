import type { Job } from "../api/generated";
import { counted } from "../parts/format";

/** How long a job will take yet, in words: "about 3 minutes left"; null while that is anybody's guess. */
export function remaining({ progress, started }: Pick<Job, "progress" | "started">, now: number): string | null {
  const past = (now - started) / 1000;
  if (progress === null || progress < 0.03 || progress >= 1 || past < 4) return null;
  const left = (past * (1 - progress)) / progress;
  if (left < 10) return "a few seconds left";
  if (left < 55) return `about ${Math.ceil(left / 10) * 10} seconds left`;
  if (left < 55 * 60) return `about ${counted(Math.ceil(left / 60), "minute")} left`;
  return `about ${counted(Math.ceil(left / 3600), "hour")} left`;
}
