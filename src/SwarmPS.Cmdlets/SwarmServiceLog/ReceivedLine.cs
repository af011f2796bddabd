using System.Text;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmServiceLog;

/// <summary>A line as it comes from the daemon: perhaps its time, then its task and node as attributes, then the text.</summary>
/// <param name="Time">When it was written; null where times were not asked for.</param>
/// <param name="TaskId">The task.</param>
/// <param name="NodeId">Its node.</param>
/// <param name="Text">The text.</param>
internal sealed record ReceivedLine(DateTime? Time, string TaskId, string NodeId, string Text)
{
    private const string TaskKey = "com.docker.swarm.task.id";
    private const string NodeKey = "com.docker.swarm.node.id";

    /// <summary>Reads a frame. Text that does not have the expected form is all text.</summary>
    public static ReceivedLine Read(LogFrame frame, bool hasTime)
    {
        var rest = Encoding.UTF8.GetString(frame.Data).TrimEnd('\n', '\r');
        DateTime? time = null;
        if (hasTime && TakeWord(ref rest) is { } word && Timestamp.TryParse(word, out var moment))
            time = moment.ToDateTimeOffset().LocalDateTime;
        var (task, node) = ("", "");
        if (!rest.Contains(TaskKey, StringComparison.Ordinal))
            return new(time, task, node, rest);
        foreach (var pair in (TakeWord(ref rest) ?? "").Split(','))
        {
            var (name, value) = Pairs.Split(pair);
            if (name == TaskKey)
                task = Uri.UnescapeDataString(value ?? "");
            else if (name == NodeKey)
                node = Uri.UnescapeDataString(value ?? "");
        }
        return new(time, task, node, rest);
    }

    private static string? TakeWord(ref string text)
    {
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        if (end < 0)
        {
            var all = text;
            text = "";
            return all;
        }
        var word = text[..end];
        text = text[(end + 1)..];
        return word;
    }
}
