// How `npm start` and `npm run backup` end; docs/self-host.md has the same, and deploy/hookspan.service goes by it.

export const EXIT = {
  /** Something must be mended: to try again is of no use. */
  refused: 2,
  /** Another process has what is needed; it may end by itself (EX_TEMPFAIL of sysexits.h). */
  inUse: 75,
} as const;
