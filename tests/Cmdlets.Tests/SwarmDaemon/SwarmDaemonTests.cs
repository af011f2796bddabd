using System.Diagnostics;
using SwarmPS.Cmdlets.SwarmDaemon;

namespace SwarmPS.Cmdlets.Tests.SwarmDaemon;

/// <summary>Starting and stopping, with a script in the daemon's place: what it does between is tested with the daemon itself.</summary>
public sealed class SwarmDaemonTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly string folder = Directory.CreateTempSubdirectory("swarmps-start-").FullName;

    private string Root => Path.Combine(folder, "data", "root");

    private string Socket => Path.Combine(folder, "api.sock");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Program(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The daemon is started on Linux.");
        var path = Path.Combine(folder, "swarmpsd");
        File.WriteAllText(path, "#!/bin/sh\n" + script);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Daemon_IsStartedDetached_FoundAgain_AndStopped()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are looked at through /proc.");
        // It says what it was told, then lives until it is asked to end.
        var program = Program("echo \"args: $*\"; trap 'exit 0' TERM; touch \"$0.up\"; while :; do sleep 0.05; done");
        using var prompt = new Prompt();
        var script = $"Start-SwarmDaemon -Path '{program}' -DataRoot '{Root}' -Socket '{Socket}' -Engine /e.sock -Hostname h -LogLevel Debug";
        var starting = Task.Run(() => prompt.Run(script));
        await UntilAsync(() => File.Exists(program + ".up"));
        await using var daemon = await FakeDaemon.StartAsync(Socket);
        var started = (await starting.WaitAsync(Deadline)).One<SwarmDaemonInfo>();

        Assert.Equal(("unix://" + Socket, Root, Path.Combine(Root, "swarmpsd.log")), (started.Address, started.DataRoot, started.LogFile));
        Assert.Equal($"{started.ProcessId}\n", File.ReadAllText(Path.Combine(Root, "swarmpsd.pid")));
        Assert.Equal($"args: run --data-root {Root} --host unix://{Socket} --engine unix:///e.sock --hostname h --log-level Debug\n", File.ReadAllText(started.LogFile!));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Root, "swarmpsd.pid")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(started.LogFile!));
        Assert.NotEqual(SessionOf(Environment.ProcessId), SessionOf(started.ProcessId!.Value));
        prompt.Run("Get-Swarm").Clean();

        var again = prompt.Run(script + " -Verbose");
        Assert.Single(again.Clean());
        Assert.Contains(again.Verbose, line => line.StartsWith("A daemon runs already", StringComparison.Ordinal));

        var elsewhere = prompt.Run($"Start-SwarmDaemon -Path '{program}' -DataRoot '{Root}' -Socket '{Socket}2'");
        Assert.Equal("DaemonElsewhere", elsewhere.ErrorId);

        using var process = Process.GetProcessById(started.ProcessId.Value);
        prompt.Run($"Stop-SwarmDaemon -DataRoot '{Root}'").Clean();
        Assert.True(process.HasExited);
        Assert.Equal("DaemonNotFound", prompt.Run($"Stop-SwarmDaemon -DataRoot '{Root}'").ErrorId);
    }

    [Fact]
    public void DaemonThatEnds_IsToldWithItsCodeAndItsLastWords()
    {
        var program = Program("echo first; echo 'swarmpsd: --engine nonsense: give a socket' >&2; exit 1");
        using var prompt = new Prompt();
        var outcome = prompt.Run($"Start-SwarmDaemon -Path '{program}' -DataRoot '{Root}' -Socket '{Socket}'");
        Assert.Equal("DaemonFailed", outcome.ErrorId);
        Assert.Contains("exit code 1", outcome.Error.Exception.Message);
        Assert.EndsWith("swarmpsd: --engine nonsense: give a socket", outcome.Error.Exception.Message);
    }

    [Fact]
    public void DaemonThatDoesNotAnswer_IsToldWithItsLog()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are looked at through /proc.");
        var program = Program("echo waiting for the engine; exec sleep 30");
        using var prompt = new Prompt();
        var outcome = prompt.Run($"Start-SwarmDaemon -Path '{program}' -DataRoot '{Root}' -Socket '{Socket}' -Timeout 500ms");
        Assert.Equal("DaemonTimeout", outcome.ErrorId);
        Assert.EndsWith("waiting for the engine", outcome.Error.Exception.Message);
        using var process = Process.GetProcessById(int.Parse(File.ReadAllText(Path.Combine(Root, "swarmpsd.pid")), System.Globalization.CultureInfo.InvariantCulture));
        process.Kill();
    }

    [Fact]
    public void ProgramThatIsNowhere_IsToldWithWhereToNameIt()
    {
        using var prompt = new Prompt();
        var outcome = prompt.Run($"Start-SwarmDaemon -Path '{folder}/none' -DataRoot '{Root}' -Socket '{Socket}'");
        Assert.Equal("DaemonProgramNotFound", outcome.ErrorId);
        Assert.Contains("$env:SWARMPSD", outcome.Error.Exception.Message);
        Assert.False(Directory.Exists(Root));
    }

    [Fact]
    public void ModuleWithoutADaemon_NamesTheArchiveThatHasIt()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The daemon is started on Linux.");
        Assert.SkipUnless(Environment.GetEnvironmentVariable(DaemonProgram.Variable) is null or "", "A daemon is named here.");
        // As from a gallery: nothing lies beside the module.
        var module = Path.Combine(folder, "Modules", "SwarmPS", "0.1.0");
        var message = Assert.Throws<SwarmPS.Cmdlets.Pipeline.SwarmFailureException>(() => DaemonProgram.Find(null, "Path", module)).Message;
        Assert.Matches(@"^The program swarmpsd was not found: .* Download swarmps-\d+\.\d+\.\d+-linux-\w+\.tar\.gz .*INSTALL\.md.* -Path or \$env:SWARMPSD\.$", message);
        Assert.DoesNotContain("build.sh", message);
    }

    [Fact]
    public void FolderThatCannotBe_IsTold()
    {
        File.WriteAllText(Path.Combine(folder, "data"), "a file");
        var program = Program("exit 0");
        using var prompt = new Prompt();
        Assert.Equal("DataRootUnusable", prompt.Run($"Start-SwarmDaemon -Path '{program}' -DataRoot '{Root}' -Socket '{Socket}'").ErrorId);
    }

    [Fact]
    public async Task OtherProcessWithTheSameNumber_IsNotStopped()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are looked at through /proc.");
        Directory.CreateDirectory(Root);
        using var other = Process.Start("sleep", "30");
        await File.WriteAllTextAsync(Path.Combine(Root, "swarmpsd.pid"), $"{other.Id}\n", TestContext.Current.CancellationToken);
        using var prompt = new Prompt();
        Assert.Equal("DaemonNotFound", prompt.Run($"Stop-SwarmDaemon -DataRoot '{Root}'").ErrorId);
        Assert.False(other.HasExited);
        other.Kill();
    }

    [Fact]
    public async Task ListenerOfASocket_IsFound()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems do not tell.");
        await using var daemon = await FakeDaemon.StartAsync();
        Assert.Equal(Environment.ProcessId, DaemonProcess.ListenerOf(Api.SwarmEndpoint.Parse(daemon.Socket)));
        Assert.Null(DaemonProcess.ListenerOf(Api.SwarmEndpoint.Parse(daemon.Socket + "2")));
    }

    /// <summary>The session of a process: the sixth field of its stat, the fourth after its name in brackets.</summary>
    private static string SessionOf(int pid) => File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ')[3];

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var late = new CancellationTokenSource(Deadline);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition())
            await tick.WaitForNextTickAsync(late.Token);
    }
}
