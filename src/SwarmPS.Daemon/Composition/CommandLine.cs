using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace SwarmPS.Daemon.Composition;

/// <summary>The daemon's commands and options.</summary>
internal static class CommandLine
{
    /// <summary>The command tree; <paramref name="run"/> is called for <c>swarmpsd run</c> and gives the exit code.</summary>
    public static RootCommand Build(Func<DaemonOptions, CancellationToken, Task<int>> run)
    {
        var defaults = new DaemonOptions();
        var dataRoot = new Option<string>("--data-root") { Description = "Folder of the node's state", DefaultValueFactory = _ => defaults.DataRoot, HelpName = "DIR" };
        var host = new Option<string[]>("--host") { Description = "Where the API listens: unix://PATH, or tcp://IP:PORT with certificates. May be given several times", DefaultValueFactory = _ => [.. defaults.Hosts], HelpName = "ADDRESS" };
        var authority = new Option<string>("--tlscacert") { Description = "For tcp://: the authority whose clients are let in", HelpName = "FILE" };
        var certificate = new Option<string>("--tlscert") { Description = "For tcp://: the daemon's certificate", HelpName = "FILE" };
        var key = new Option<string>("--tlskey") { Description = "For tcp://: the certificate's key", HelpName = "FILE" };
        var engine = new Option<string>("--engine") { Description = "The container engine: unix://PATH; DOCKER_HOST where not given", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } set ? set : defaults.Engine, HelpName = "ADDRESS" };
        var hostname = new Option<string>("--hostname") { Description = "The node's name in the swarm", DefaultValueFactory = _ => defaults.Hostname, HelpName = "NAME" };
        var level = new Option<LogLevel>("--log-level") { Description = "The least important lines that are logged", DefaultValueFactory = _ => defaults.LogLevel };
        var format = new Option<LogFormat>("--log-format") { Description = "How log lines look", DefaultValueFactory = _ => defaults.LogFormat };

        var command = new Command("run", "Runs the daemon until it gets SIGTERM or SIGINT") { dataRoot, host, authority, certificate, key, engine, hostname, level, format };
        command.Validators.Add(given =>
        {
            if (new[] { authority, certificate, key }.Count(option => given.GetValue(option) is not null) is 1 or 2)
                given.AddError("--tlscacert, --tlscert and --tlskey belong together: give all three, or none.");
        });
        command.SetAction((parsed, stop) => run(
            new DaemonOptions
            {
                DataRoot = Path.GetFullPath(parsed.GetValue(dataRoot)!),
                Hosts = parsed.GetValue(host)!,
                Certificate = parsed.GetValue(authority) is { } by ? new(Path.GetFullPath(by), Path.GetFullPath(parsed.GetValue(certificate)!), Path.GetFullPath(parsed.GetValue(key)!)) : null,
                Engine = parsed.GetValue(engine)!,
                Hostname = parsed.GetValue(hostname)!,
                LogLevel = parsed.GetValue(level),
                LogFormat = parsed.GetValue(format),
            },
            stop));
        return new RootCommand("swarmpsd: a node of a SwarmPS swarm") { command, DialStdio(defaults) };
    }

    private static Command DialStdio(DaemonOptions defaults)
    {
        var host = new Option<string>("--host") { Description = "The daemon's socket: unix://PATH", DefaultValueFactory = _ => defaults.Hosts[0], HelpName = "ADDRESS" };
        var command = new Command("dial-stdio", "Connects its input and output to the daemon's socket, for clients that come by ssh") { host };
        command.SetAction((parsed, stop) => StdioDialer.RunAsync(parsed.GetValue(host)!, stop));
        return command;
    }
}
