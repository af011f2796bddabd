using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Orchestration;

/// <summary>Decides which tasks a service should have, and which of its old ones may be forgotten.</summary>
public static class Orchestrator
{
    /// <summary>Plans for one service, or for the tasks that a service left behind.</summary>
    /// <param name="state">What is.</param>
    /// <param name="serviceId">The service.</param>
    /// <param name="now">When.</param>
    /// <param name="newId">Gives the ids of new tasks.</param>
    /// <param name="changesMax">Changes after which the plan ends, with more to come.</param>
    public static OrchestrationPlan Plan(Snapshot state, string serviceId, Timestamp now, Func<string> newId, int changesMax = int.MaxValue) =>
        Plan(state, serviceId, new KnownSlots(state, serviceId), now, newId, changesMax);

    /// <summary>The same where the slots are known from the last plan: it looks at those alone that something has happened to since.</summary>
    internal static OrchestrationPlan Plan(Snapshot state, string serviceId, KnownSlots known, Timestamp now, Func<string> newId, int changesMax)
    {
        if (state.Services.Find(serviceId) is not { } service)
            return Reaping.PlanRemoved(state, known, changesMax);
        var draft = new Draft(state, service, known, now, newId, changesMax);
        if (service.Spec.Mode is { Global: not null })
            GlobalTasks.Plan(draft);
        else if (Jobs.IsJob(service.Spec))
            Jobs.Plan(draft);
        else
            Replicas.Plan(draft);
        Reaping.Plan(draft);
        return draft.Done();
    }

    /// <summary>
    /// Whether a task's change can change the plan for its service. Most changes only tell how far a task has come; with a large
    /// service it matters that they cost nothing here.
    /// </summary>
    public static bool Concerns(Snapshot state, SwarmTask? old, SwarmTask? task)
    {
        if (task is null)
            return Slot.IsLive(old!);
        if (old is null || old.DesiredState != task.DesiredState)
            return true;
        if (old.Status.State == task.Status.State)
            return false;
        return task.Status.State > TaskState.Running ||
            (task.Status.State == TaskState.Running && state.Services.Find(task.ServiceId) is { } service &&
                (Updates.IsUnderWay(service) || task.Restart is { Replaces: not "" }));
    }
}
