using System.Management.Automation;

namespace SwarmPS.Shell.Hosting;

/// <summary>Progress as one line that changes in place. Of several at once the newest shows.</summary>
internal sealed class ProgressLine(ShellConsole console)
{
    private const int BarWidth = 24;

    public void Show(ProgressRecord record) =>
        console.ShowProgress(record.RecordType == ProgressRecordType.Completed ? "" : Line(record));

    private static string Line(ProgressRecord record)
    {
        var bar = record.PercentComplete is >= 0 and <= 100
            ? $" [{new string('#', record.PercentComplete * BarWidth / 100),-BarWidth}] {record.PercentComplete,3}%"
            : "";
        var rest = record.SecondsRemaining > 0 ? $" ({TimeSpan.FromSeconds(record.SecondsRemaining):g} left)" : "";
        var line = $"{record.Activity}{bar} {record.StatusDescription} {record.CurrentOperation}".TrimEnd() + rest;
        return line.ReplaceLineEndings(" ");
    }
}
