using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace SwarmPS.Daemon.Networking.Kernel;

/// <summary>
/// Runs the system's own programs for networking (<c>ip</c>, <c>bridge</c>, <c>nft</c>, <c>conntrack</c>, <c>iptables</c>), in the network
/// namespace of this process or in another one. Arguments are given as they are: no shell reads them.
/// </summary>
/// <param name="clock">The time.</param>
/// <param name="space">The file of the network namespace to work in, such as <c>/proc/42/ns/net</c>; null for this process's own.</param>
internal sealed class NetworkTools(TimeProvider clock, string? space = null)
{
    /// <summary>What a program may print: a hundred thousand entries of a table, several times over.</summary>
    private const int OutputMax = 64 << 20;

    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(30);

    /// <summary>The file of the namespace that the programs work in; null for this process's own.</summary>
    public string? Space => space;

    /// <summary>The same programs in another network namespace.</summary>
    public NetworkTools In(string other) => new(clock, other);

    /// <summary>Runs a program to its end and gives what it printed. Throws <see cref="NetworkToolException"/> where it fails.</summary>
    public async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string input, CancellationToken stop)
    {
        var (code, output, error) = await TryAsync(program, arguments, input, stop).ConfigureAwait(false);
        return code == 0
            ? output
            : throw new NetworkToolException($"'{program} {string.Join(' ', arguments)}' failed with {code}{Where()}: {FirstLines(error.Length > 0 ? error : output)}{Given(input)}");
    }

    /// <summary>Runs a program to its end and tells how it ended, for failures that are answers.</summary>
    public async Task<(int Code, string Output, string Error)> TryAsync(string program, IReadOnlyList<string> arguments, string input, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(TimeMax, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        using var process = Start(program, arguments);
        try
        {
            var (output, error) = (ReadAsync(process.StandardOutput, program, both.Token), ReadAsync(process.StandardError, program, both.Token));
            await WriteAsync(process.StandardInput, input, both.Token).ConfigureAwait(false);
            var (printed, complaint) = (await output.ConfigureAwait(false), await error.ConfigureAwait(false));
            await process.WaitForExitAsync(both.Token).ConfigureAwait(false);
            return (process.ExitCode, printed, complaint);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new NetworkToolException($"'{program} {string.Join(' ', arguments)}' did not end within {TimeMax.TotalSeconds:0} s{Where()} and was ended.{Given(input)}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private Process Start(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(space is null ? program : "nsenter") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (space is not null)
        {
            start.ArgumentList.Add("--net=" + space);
            start.ArgumentList.Add("--");
            start.ArgumentList.Add(program);
        }
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new NetworkToolException($"The program {start.FileName} cannot be started ({missing.Message}); install iproute2, nftables, iptables, conntrack and util-linux.", missing);
        }
    }

    private static async Task WriteAsync(StreamWriter writer, string input, CancellationToken stop)
    {
        try
        {
            await writer.WriteAsync(input.AsMemory(), stop).ConfigureAwait(false);
            writer.Close();
        }
        catch (IOException)
        {
            // It ended before it read all: its exit code and its complaint tell why.
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, string program, CancellationToken stop)
    {
        var text = new StringBuilder();
        var piece = new char[16 << 10];
        while (await reader.ReadAsync(piece, stop).ConfigureAwait(false) is var read and > 0)
        {
            if (text.Length + read > OutputMax)
                throw new NetworkToolException($"{program} printed more than {OutputMax >> 20} MiB and was ended.");
            text.Append(piece, 0, read);
        }
        return text.ToString();
    }

    private string Where() => space is null ? "" : $" in the network namespace {space}";

    private static string FirstLines(string text) =>
        string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(5)) is { Length: > 0 } said ? said : "it said nothing";

    private static string Given(string input) => input.Length == 0 ? "" : $" (it was given: {FirstLines(input)})";
}
