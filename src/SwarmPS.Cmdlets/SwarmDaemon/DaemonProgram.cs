using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.InteropServices;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmDaemon;

/// <summary>The program <c>swarmpsd</c>: where it is, and how it is started so that it outlives this session.</summary>
internal static class DaemonProgram
{
    /// <summary>The environment variable that names it.</summary>
    public const string Variable = "SWARMPSD";

    private const string Name = "swarmpsd";

    // $1 is the log; the rest is the command. A session of its own keeps the terminal's signals away from the daemon.
    private const string Script = """
        umask 077; log=$1; shift
        if command -v setsid >/dev/null 2>&1; then exec setsid "$@" >>"$log" 2>&1 </dev/null; fi
        trap '' HUP INT QUIT
        exec "$@" >>"$log" 2>&1 </dev/null
        """;

    /// <summary>The release's archive for this machine, which has the program.</summary>
    public static string Archive
    {
        get
        {
            var version = typeof(DaemonProgram).Assembly.GetName().Version!.ToString(3);
            var system = RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl" : "linux";
            return $"swarmps-{version}-{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}.tar.gz";
        }
    }

    /// <summary>The program's path. Throws <see cref="SwarmFailureException"/> where it is nowhere, saying where it was looked for.</summary>
    /// <param name="told">What the user named.</param>
    /// <param name="parameter">The parameter that names it.</param>
    /// <param name="moduleFolder">The folder of this module.</param>
    public static string Find(string? told, string parameter, string moduleFolder)
    {
        if (told is not null)
            return File.Exists(told) ? told : throw Missing($"There is no program {told}.", parameter);
        var named = Environment.GetEnvironmentVariable(Variable);
        if (named is { Length: > 0 })
            return File.Exists(named) ? named : throw Missing($"$env:{Variable} names {named}, which does not exist.", parameter);
        var beside = Path.GetFullPath(Path.Combine(moduleFolder, "..", "..", Name, Name));
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, Name));
        return path.Prepend(beside).FirstOrDefault(File.Exists)
            ?? throw Missing($"The program {Name} was not found: it is neither at {beside} nor on the PATH.", parameter);
    }

    /// <summary>Starts the program detached from this session's terminal.</summary>
    /// <param name="log">Where its output is added.</param>
    /// <param name="command">The program with its arguments.</param>
    public static Process Start(string log, IEnumerable<string> command)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var word in (string[])["-c", Script, "sh", log, .. command])
            start.ArgumentList.Add(word);
        return Process.Start(start)!;
    }

    private static SwarmFailureException Missing(string what, string parameter) =>
        new("DaemonProgramNotFound", ErrorCategory.ObjectNotFound,
            $"{what} Download {Archive} of the module's release and install it as its INSTALL.md says, or name the program with -{parameter} or $env:{Variable}.");
}
