using SwarmPS.Bench.Scheduling;

// The lines of "scheduler" as a native program, which is what the daemon is that is packed. See docs/benchmarks.md.
await SchedulerBench.RunLineAsync(args[1..]);
