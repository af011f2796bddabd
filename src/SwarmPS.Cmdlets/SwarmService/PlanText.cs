using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using SwarmPS.Model;
using SwarmPS.Planning;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>A plan as <c>-WhatIf</c> shows it.</summary>
internal static class PlanText
{
    /// <summary>Tasks shown one by one; a script finds all of them in the plan itself.</summary>
    private const int TasksMax = 20;

    private const int ValueLengthMax = 200;

    public static string Of(string action, ServicePlan plan)
    {
        var text = new StringBuilder($"{action}: {plan.Name}");
        foreach (var change in plan.Changes)
            text.Append(CultureInfo.InvariantCulture, $"\n  {change.Field}: {Value(change.Old)} -> {Value(change.New)}");
        if (plan.Changes.Count == 0)
            text.Append("\n  Nothing of the spec changes.");
        text.Append(CultureInfo.InvariantCulture, $"\n  {Sum(plan)}");
        foreach (var task in plan.Tasks.Take(TasksMax))
            text.Append(CultureInfo.InvariantCulture, $"\n  {Line(plan, task)}");
        if (plan.Tasks.Count > TasksMax)
            text.Append(CultureInfo.InvariantCulture, $"\n  ... and {plan.Tasks.Count - TasksMax} further tasks");
        return text.ToString();
    }

    private static string Sum(ServicePlan plan)
    {
        var parts = new List<string>();
        foreach (var (action, word) in new[] { (TaskAction.Create, "made"), (TaskAction.Replace, "replaced"), (TaskAction.Remove, "removed") })
        {
            if (plan.Tasks.Count(task => task.Action == action) is > 0 and var count)
                parts.Add($"{count} {word}{(action == TaskAction.Replace ? Rules(plan.Rollout) : "")}");
        }
        if (parts.Count == 0)
            return $"No task is touched; {plan.Kept} {(plan.Kept == 1 ? "stays" : "stay")} as {(plan.Kept == 1 ? "it is" : "they are")}.";
        return $"Tasks: {string.Join(", ", parts)}; {plan.Kept} kept.";
    }

    private static string Rules(UpdateConfig? rules) => rules is null ? "" : (rules.Order, rules.Parallelism) switch
    {
        (UpdateOrder.StartFirst, 0) => " (all at once; the old ones stop when all new ones run)",
        (UpdateOrder.StartFirst, var some) => $" ({some} at a time, the new one starts first)",
        (_, 0) => " (all at once, the old ones stop first)",
        (_, var some) => $" ({some} at a time, the old one stops first)",
    };

    private static string Line(ServicePlan plan, PlannedTask task)
    {
        var step = task.Step is { } number ? $"step {number}" : plan.IsCut ? "later" : "waits";
        var name = task.Slot == 0 ? plan.Name : $"{plan.Name}.{task.Slot}";
        var old = task.TaskId is null ? "" : $" {task.TaskId[..Math.Min(task.TaskId.Length, 12)]}{(task.Node is null ? "" : $" on {task.Node}")}";
        return $"{step}: {task.Action.ToString().ToLowerInvariant()} {name}{old}{Where(task)}";
    }

    private static string Where(PlannedTask task) => (task.Action, task.NewNode, task.Err) switch
    {
        (TaskAction.Remove, _, _) => "",
        (_, { } node, _) => $" -> {node}",
        (_, _, { } reason) => $" -> {reason}",
        _ => "",
    };

    private static string Value(JToken? value)
    {
        var text = value switch
        {
            null => "(none)",
            JValue { Type: JTokenType.String } plain => (string)plain!,
            _ => value.ToString(Formatting.None),
        };
        return text.Length <= ValueLengthMax ? text : text[..ValueLengthMax] + "...";
    }
}
