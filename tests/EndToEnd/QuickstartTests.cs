using System.Diagnostics;
using System.Text.RegularExpressions;
using SwarmPS.Cmdlets.Lab;

namespace SwarmPS.EndToEnd;

/// <summary>The README's first command, in a clean folder, as somebody who has just cloned the repository runs it.</summary>
public sealed partial class QuickstartTests(ITestOutputHelper report) : IAsyncDisposable
{
    private const string Lab = "quickstart";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    // Short, so that the sockets of the lab fit below it.
    private readonly string folder = Directory.CreateTempSubdirectory("qs-").FullName;

    private bool isStarted;

    public async ValueTask DisposeAsync()
    {
        // A test that failed half-way leaves its lab, which would keep the next run from its ports.
        if (isStarted && new LabStore(LabStore.Default).Names().Contains(Lab))
            await BuildAsync("quickstart", "-Clean");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Quickstart_KeepsItsPromises_AndCleanLeavesNothing()
    {
        Assert.SkipWhen(LabControl.Obstacle() is not null, LabControl.Obstacle() ?? "");
        Assert.SkipWhen(new LabStore(LabStore.Default).Names().Contains(Lab), "a quickstart runs on this machine: ./build.sh quickstart -Clean ends it");
        await CloneAsync();
        var before = await TracesAsync();

        isStarted = true;
        var told = await BuildAsync("quickstart");
        var answers = Answers().Matches(told).Select(match => (Node: match.Groups["node"].Value, From: Served().Matches(match.Value).Select(one => one.Groups[1].Value).ToList())).ToList();
        Assert.Equal(["n1", "n2", "n3", "n1", "n2", "n3"], answers.Select(answer => answer.Node));
        Assert.All(answers, answer => Assert.Equal(5, answer.From.Count));
        Assert.Equal(["n1", "n2", "n3"], answers[0].From.Distinct().Order());
        var (lost, back) = (told.IndexOf("-Kill", StringComparison.Ordinal), told.IndexOf("-Start", StringComparison.Ordinal));
        Assert.InRange(back, lost, told.Length);
        var elsewhere = RunningTask().Matches(told[lost..back]).Select(match => match.Groups["node"].Value).ToList();
        Assert.Equal(5, elsewhere.Count);
        Assert.Equal(["n1", "n2"], elsewhere.Distinct().Order());
        Assert.Equal(3, ReadyNode().Count(told[back..]));
        Assert.Contains("./build.sh quickstart -Clean", told);

        Assert.Contains("Removed the service, the swarm", await BuildAsync("quickstart", "-Clean"));
        Assert.Equal(before, await TracesAsync());
        Assert.False(Directory.Exists(Path.Combine(folder, "artifacts", "quickstart")));
        Assert.Contains("Nothing of the quickstart is here", await BuildAsync("quickstart", "-Clean"));
    }

    /// <summary>What is in the repository, as it is in this checkout.</summary>
    private async Task CloneAsync()
    {
        var root = Checkout.Root;
        var files = (await RunAsync("git", ["-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"])).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        foreach (var file in files.Where(file => File.Exists(Path.Combine(root, file))))
        {
            var target = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(root, file), target);
        }
    }

    private async Task<string> BuildAsync(params string[] arguments)
    {
        var clock = Stopwatch.StartNew();
        var told = await RunAsync(Path.Combine(folder, "build.sh"), arguments);
        report.WriteLine($"./build.sh {string.Join(' ', arguments)}: {clock.Elapsed.TotalSeconds:0} s");
        return told;
    }

    /// <summary>What a lab could leave behind on this machine: processes, namespaces, links, mounts, control groups, rules, files.</summary>
    private async Task<string> TracesAsync()
    {
        List<string> traces = [];
        foreach (var process in Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            if (CommandLineOf(process) is { } command && (command.Contains(folder, StringComparison.Ordinal) || command.Contains("swps-quickstart", StringComparison.Ordinal)))
                traces.Add("process " + command);
        }
        traces.AddRange(File.ReadLines("/proc/mounts").Where(IsOurs).Select(line => "mount " + line));
        traces.AddRange(Directory.GetFiles("/run/netns").Select(Path.GetFileName).OfType<string>().Where(IsOurs).Select(name => "namespace " + name));
        traces.AddRange((await RunAsync("ip", ["-br", "-4", "addr"])).Split('\n').Select(line => "address " + string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where((_, at) => at != 1))));
        traces.AddRange(Directory.GetDirectories("/sys/fs/cgroup", "*quickstart*", SearchOption.AllDirectories).Select(path => "control group " + path));
        traces.Add("rules " + await RunAsync("nft", ["-s", "list", "ruleset"]));
        traces.AddRange(Directory.GetFileSystemEntries("/var/lib/swarmps-lab").Where(IsOurs).Select(path => "file " + path));
        return string.Join('\n', traces);
    }

    private bool IsOurs(string text) => text.Contains(folder, StringComparison.Ordinal) || text.Contains("quickstart", StringComparison.Ordinal);

    private static string? CommandLineOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            // It has ended.
            return null;
        }
    }

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end within {Patience}:\n{await output}{await error}");
        }
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}{await error}");
        return await output;
    }

    [GeneratedRegex(@"^http://\S+:8080/  (?<node>\w+): .*$", RegexOptions.Multiline)]
    private static partial Regex Answers();

    [GeneratedRegex(@"Hello from (\w+)")]
    private static partial Regex Served();

    [GeneratedRegex(@"^\w+ +web\.\d +\S+ +(?<node>n\d) +Running +Running ", RegexOptions.Multiline)]
    private static partial Regex RunningTask();

    [GeneratedRegex(@"^\w{12}.* Ready +Active ", RegexOptions.Multiline)]
    private static partial Regex ReadyNode();
}
