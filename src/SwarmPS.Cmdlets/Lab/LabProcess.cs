using System.Globalization;
using System.Runtime.InteropServices;

namespace SwarmPS.Cmdlets.Lab;

/// <summary>A process that a lab started. Its number may go to another process once it has ended; its start cannot.</summary>
/// <param name="Id">The process id.</param>
/// <param name="Start">When it was started, in the system's ticks since its own start.</param>
public sealed record LabProcess(int Id, long Start)
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Whether it runs still.</summary>
    public bool IsAlive() => StartOf(Id) == Start;

    /// <summary>The mark of a process that runs; null where it has ended.</summary>
    public static LabProcess? Of(int id) => StartOf(id) is { } start ? new(id, start) : null;

    /// <summary>Ends it as a crash would.</summary>
    public void Kill() => Signal(SigKill);

    /// <summary>Asks it to end, and ends it as a crash would where it has not after a time.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        Signal(SigTerm);
        if (!await UntilEndedAsync(patience).ConfigureAwait(false))
            await KillAsync().ConfigureAwait(false);
    }

    /// <summary>Ends it as a crash would and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        Signal(SigKill);
        if (!await UntilEndedAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(false))
            throw new LabException("LabProcessStuck", $"The process {Id} of the lab does not end, not even when it is killed: the system holds it, as a rule at a disk. Run Stop-SwarmLab again when that is over.");
    }

    /// <summary>Ends a process that lives in one of a lab's namespaces or control groups, as a crash would.</summary>
    internal static void Kill(int id) => SendSignal(id, SigKill);

    private void Signal(int signal)
    {
        if (IsAlive())
            SendSignal(Id, signal);
    }

    private async Task<bool> UntilEndedAsync(TimeSpan patience)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (IsAlive())
        {
            if (TimeProvider.System.GetElapsedTime(began) > patience)
                return false;
            await Task.Delay(Pause, TimeProvider.System).ConfigureAwait(false);
        }
        return true;
    }

    /// <summary>Field 22 of its stat: the 20th after its name in brackets. One that only waits to be reaped has ended.</summary>
    private static long? StartOf(int id)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int pid, int signal);
}
