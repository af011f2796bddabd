using System.CommandLine;
using SwarmPS.Daemon.Composition;

// SIGTERM and SIGINT end the run by cancellation; the daemon bounds its own way out, this only those that hang.
return await CommandLine.Build(DaemonHost.RunAsync).Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
