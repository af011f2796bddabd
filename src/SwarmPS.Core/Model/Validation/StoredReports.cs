namespace SwarmPS.Model.Validation;

/// <summary>
/// Sets aside what a node once said and what is wrong by <see cref="ReportRules"/>, where it is in the store from before: a manager that reads it
/// goes on, and the object says what was set aside. The same on every manager.
/// </summary>
public static class StoredReports
{
    /// <summary>The object, with what is wrong of a node's reports set aside.</summary>
    public static StoreObject Heal(StoreObject value) => value switch
    {
        Node node => Heal(node),
        SwarmTask task => Heal(task),
        _ => value,
    };

    /// <summary>The node; what is wrong of what it said is left out, and its message says so.</summary>
    public static Node Heal(Node node)
    {
        var (spec, status) = (node.Spec, node.Status);
        if (spec.Availability is { } availability && !Enum.IsDefined(availability))
            node = node with { Spec = spec with { Availability = NodeAvailability.Pause } };
        if (!Enum.IsDefined(status.State) || status.Addr is { } address && address != "" && !ReportRules.IsNodeAddress(address) || status.Unapplied?.Any(id => id is null) == true)
            node = node with { Status = new() { State = NodeState.Unknown, Message = "What was known of the node's state was set aside: it is none." } };
        if (node.Description is not { } description || ReportRules.Check(description) is not { Count: > 0 } problems)
            return node;
        return node with { Description = null, Status = node.Status with { State = NodeState.Unknown, Message = $"What the node said of itself was set aside. {problems[0]}" } };
    }

    /// <summary>The task; a status that is wrong counts as a failure, and says why.</summary>
    public static SwarmTask Heal(SwarmTask task)
    {
        // Managers write there too, and at greater length.
        if (ReportRules.Check(task.Status, int.MaxValue) is not { Count: > 0 } problems)
            return task;
        return task with { Status = new() { State = TaskState.Failed, Message = "failed", Err = $"What its node said of the task was set aside. {problems[0]}" } };
    }
}
