using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent.Containers;

/// <summary>This node cannot run a task as its spec has it. The message becomes the task's error.</summary>
internal sealed class TaskRefusedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The model's lists as the engine's client takes them.</summary>
internal static class EngineLists
{
    /// <summary>A list, or null where there is nothing in it: the engine's way of saying "not told".</summary>
    public static List<T>? ListOrNull<T>(this ValueList<T>? values) => values is { Count: > 0 } ? values.ToList() : null;
}
