using System.Text;
using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>What the templates of a container's spec can name.</summary>
public sealed record TemplateContext
{
    /// <summary><c>.Service.ID</c></summary>
    public string ServiceId { get; init; } = "";

    /// <summary><c>.Service.Name</c></summary>
    public string ServiceName { get; init; } = "";

    /// <summary><c>.Service.Labels.name</c> and <c>index .Service.Labels "name"</c></summary>
    public ValueMap<string> ServiceLabels { get; init; } = ValueMap<string>.Empty;

    /// <summary><c>.Node.ID</c></summary>
    public string NodeId { get; init; } = "";

    /// <summary><c>.Node.Hostname</c></summary>
    public string NodeHostname { get; init; } = "";

    /// <summary><c>.Node.Platform.OS</c> and <c>.Node.Platform.Architecture</c></summary>
    public Platform NodePlatform { get; init; } = new();

    /// <summary><c>.Task.ID</c></summary>
    public string TaskId { get; init; } = "";

    /// <summary><c>.Task.Name</c></summary>
    public string TaskName { get; init; } = "";

    /// <summary><c>.Task.Slot</c>: the slot, or the node's id for a task of a global service.</summary>
    public string TaskSlot { get; init; } = "";

    /// <summary>What <c>secret "file"</c>, <c>config "file"</c> and <c>env "NAME"</c> give; only secrets and configs can ask for those.</summary>
    public IReadOnlyDictionary<string, Func<string, string>>? Functions { get; init; }

    /// <summary>What a task's templates can name on its node.</summary>
    public static TemplateContext Of(SwarmTask task, NodeDescription? node) => new()
    {
        ServiceId = task.ServiceId,
        ServiceName = task.ServiceName,
        ServiceLabels = task.ServiceLabels ?? ValueMap<string>.Empty,
        NodeId = task.NodeId,
        NodeHostname = node?.Hostname ?? "",
        NodePlatform = node?.Platform ?? new(),
        TaskId = task.Id,
        TaskName = task.TaskName,
        TaskSlot = task.Slot == 0 ? task.NodeId : task.Slot.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}

/// <summary>
/// Placeholders in a container's spec, in the part of Go's template notation that services use: <c>{{.Node.Hostname}}</c>,
/// <c>{{index .Service.Labels "name"}}</c>, and <c>{{-</c>, <c>-}}</c> to take away white space beside them.
/// </summary>
public static class Templates
{
    private const string Known =
        ".Service.ID, .Service.Name, .Service.Labels.NAME, index .Service.Labels \"NAME\", .Node.ID, .Node.Hostname, " +
        ".Node.Platform.OS, .Node.Platform.Architecture, .Task.ID, .Task.Name, .Task.Slot";

    private const string KnownFunctions = ", secret \"FILE\", config \"FILE\", env \"NAME\"";

    /// <summary>Letters that may come of a text: templates may name others, again and again.</summary>
    private const int LettersMax = 8 << 20;

    private const string LabelsField = ".Service.Labels";

    /// <summary>The text with its placeholders filled in. Throws <see cref="FormatException"/> with what may stand there.</summary>
    /// <param name="text">The text.</param>
    /// <param name="context">What can be named.</param>
    /// <param name="shown">What errors show in place of the text, where that is a secret; null for the text.</param>
    public static string Expand(string text, TemplateContext context, string? shown = null)
    {
        var open = text.IndexOf("{{", StringComparison.Ordinal);
        if (open < 0)
            return text;
        var result = new StringBuilder();
        var at = 0;
        while (open >= 0)
        {
            var close = text.IndexOf("}}", open + 2, StringComparison.Ordinal);
            if (close < 0)
                throw new FormatException($"'{shown ?? text}': a placeholder is not closed; write }}}} after it.");
            var inside = text.AsSpan(open + 2, close - open - 2);
            var literal = text.AsSpan(at, open - at);
            var (trimBefore, trimAfter) = (inside.StartsWith("- "), inside.EndsWith(" -"));
            result.Append(trimBefore ? literal.TrimEnd() : literal);
            result.Append(Value(inside[(trimBefore ? 2 : 0)..^(trimAfter ? 2 : 0)].Trim().ToString(), shown ?? text, context));
            if (result.Length > LettersMax)
                throw new FormatException($"'{shown ?? text}': it would become longer than {LettersMax} letters.");
            at = close + 2;
            while (trimAfter && at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            open = text.IndexOf("{{", at, StringComparison.Ordinal);
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    private static string Value(string expression, string text, TemplateContext context) => expression switch
    {
        ".Service.ID" => context.ServiceId,
        ".Service.Name" => context.ServiceName,
        ".Node.ID" => context.NodeId,
        ".Node.Hostname" => context.NodeHostname,
        ".Node.Platform.OS" => context.NodePlatform.OS ?? "",
        ".Node.Platform.Architecture" => context.NodePlatform.Architecture ?? "",
        ".Task.ID" => context.TaskId,
        ".Task.Name" => context.TaskName,
        ".Task.Slot" => context.TaskSlot,
        _ when LabelName(expression) is { } label => context.ServiceLabels.Find(label) ?? "",
        _ when Called(expression, context) is { } value => value,
        _ => throw new FormatException($"'{text}': {{{{{expression}}}}} is not known. Known are {Known}{(context.Functions is null ? "" : KnownFunctions)}."),
    };

    /// <summary>What a function gives, as <c>secret "key"</c>; null where there is none of that name.</summary>
    private static string? Called(string expression, TemplateContext context) =>
        expression.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [var name, var argument]
        && context.Functions?.GetValueOrDefault(name) is { } function && Quoted(argument) is { } given ? function(given) : null;

    private static string? Quoted(string text) =>
        text is ['"', .., '"'] or ['`', .., '`'] && text.Length > 2 && text.IndexOf(text[0], 1) == text.Length - 1 ? text[1..^1] : null;

    /// <summary>The label that <c>.Service.Labels.name</c> or <c>index .Service.Labels "name"</c> asks for, or null for anything else.</summary>
    private static string? LabelName(string expression)
    {
        if (expression.StartsWith(LabelsField + ".", StringComparison.Ordinal))
        {
            var name = expression[(LabelsField.Length + 1)..];
            return name.Length > 0 && name.All(c => char.IsLetterOrDigit(c) || c == '_') ? name : null;
        }
        var words = expression.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words is ["index", LabelsField, var quoted] ? Quoted(quoted) : null;
    }
}
