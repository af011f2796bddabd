using SwarmPS.Model;

namespace SwarmPS.Orchestration;

/// <summary>Rolls a changed spec out over a service's slots, a few at a time, and stops or goes back when too many new tasks fail.</summary>
internal static class Updates
{
    /// <summary>Whether a service's tasks are being replaced, so that each task that comes to run matters.</summary>
    public static bool IsUnderWay(Service service) =>
        service.UpdateStatus?.State is UpdateState.Updating or UpdateState.RollbackStarted;

    /// <summary>Whether no further tasks are replaced until the update is resumed.</summary>
    public static bool IsPaused(Service service) => service.UpdateStatus?.State is UpdateState.Paused or UpdateState.RollbackPaused;

    /// <param name="draft">The plan.</param>
    /// <param name="slots">The slots to look at of those that are kept; those at rest need nothing but, one day, their turn.</param>
    public static void Plan(Draft draft, IReadOnlyList<Slot> slots)
    {
        if (IsPaused(draft.Service))
            return;
        var progress = slots.Select(slot => new SlotProgress(draft.State, draft.Service, slot)).ToList();
        var open = progress.Where(slot => !slot.IsSettled).ToList();
        if (open.Exists(slot => slot.IsOutdated) && draft.Service.UpdateStatus is null)
        {
            draft.Put(draft.Service with
            {
                UpdateStatus = new() { State = UpdateState.Updating, StartedAt = draft.Now, Message = "update in progress" },
            });
        }
        var rollback = draft.Service.UpdateStatus?.State == UpdateState.RollbackStarted;
        var policy = UpdatePolicy.Of(draft.Service);
        if (IsUnderWay(draft.Service) && (HasStopped(draft, progress, policy, rollback) || IsComplete(draft, progress, policy, rollback)))
            return;
        if (!IsHeld(draft, progress, policy))
        {
            foreach (var slot in open)
                Finish(draft, slot, policy);
        }
        Moves.Advance(draft, progress, policy);
        Begin(draft, progress, policy);
    }

    /// <summary>Pauses the update or turns it back where more tasks have failed than may.</summary>
    private static bool HasStopped(Draft draft, List<SlotProgress> progress, UpdatePolicy policy, bool rollback)
    {
        foreach (var slot in progress)
        {
            // From here on it is watched. One that fails before it was seen to run has failed within the time, too.
            var watched = policy.IsSwitch ? slot.Watched(draft.Service) : slot.UpdateTask;
            if (watched is { Status.State: TaskState.Running, RunningSince.IsZero: true } && draft.HasRoom())
                draft.Put(watched with { RunningSince = draft.Now });
        }
        if (policy.OnFailure == UpdateFailureAction.Continue)
            return false;
        var started = draft.Service.UpdateStatus!.StartedAt ?? Timestamp.Zero;
        var failed = progress.Where(slot => slot.HasFailed(started, policy.Monitor)).ToList();
        var total = progress.Count(slot => !slot.IsSettled || slot.UpdateTask is not null) + draft.Known.Updated + draft.Known.Outdated.Count;
        if (failed.Count == 0 || (double)failed.Count / total <= policy.MaxFailureRatio)
            return false;
        Stop(draft, policy, rollback, $"due to failure or early termination of task {failed[^1].UpdateTask!.Id}");
        if (policy.IsSwitch && !IsUnderWay(draft.Service))
            Withdraw(draft, progress);
        return true;
    }

    /// <summary>Takes a new set back that was to take the place of the old one as a whole: what runs of that goes on alone.</summary>
    private static void Withdraw(Draft draft, List<SlotProgress> progress)
    {
        foreach (var task in progress.Where(slot => slot.Outdated.Exists(IsRunning)).SelectMany(slot => slot.Current))
            Shutdown(draft, task);
    }

    private static void Stop(Draft draft, UpdatePolicy policy, bool rollback, string cause)
    {
        var service = draft.Service;
        if (policy.OnFailure == UpdateFailureAction.Rollback && !rollback && service.PreviousSpec is not null)
        {
            draft.Put(ServiceUpdates.RollBackFailedUpdate(service, draft.State.Version + 1, draft.Now, $"update rolled back {cause}"));
            draft.Again();
            return;
        }
        draft.Put(service with
        {
            UpdateStatus = service.UpdateStatus! with
            {
                State = rollback ? UpdateState.RollbackPaused : UpdateState.Paused,
                Message = $"{(rollback ? "rollback" : "update")} paused {cause}",
            },
        });
    }

    private static bool IsComplete(Draft draft, List<SlotProgress> progress, UpdatePolicy policy, bool rollback)
    {
        if (draft.Known.Outdated.Count > 0 || progress.Any(slot => !slot.IsSettled || slot.IsUnderWay))
            return false;
        if (policy.OnFailure != UpdateFailureAction.Continue && progress.Max(slot => slot.DoneAt) is { } last && draft.Now < last + policy.Monitor)
        {
            draft.Wake(last + policy.Monitor);
            return true;
        }
        draft.Put(draft.Service with
        {
            UpdateStatus = draft.Service.UpdateStatus! with
            {
                State = rollback ? UpdateState.RollbackCompleted : UpdateState.Completed,
                CompletedAt = draft.Now,
                Message = rollback ? "rollback completed" : "update completed",
            },
        });
        return true;
    }

    /// <summary>Whether old tasks stay for now, because all of the new ones have to have run for as long as they are watched first.</summary>
    private static bool IsHeld(Draft draft, List<SlotProgress> progress, UpdatePolicy policy)
    {
        if (!policy.IsSwitch || !IsUnderWay(draft.Service))
            return false;
        if (draft.Known.Outdated.Count > 0)
            return true;
        if (progress.TrueForAll(slot => slot.Outdated.Count == 0))
            return false;
        var until = draft.Now;
        foreach (var slot in progress.Where(slot => !slot.IsSettled || slot.Current.Count > 0))
        {
            if (!slot.Current.Exists(IsRunning))
                return true;
            if (slot.Watched(draft.Service) is { Status.State: TaskState.Running } task && (task.RunningSince.IsZero ? draft.Now : task.RunningSince) + policy.Monitor is var end && end > until)
                until = end;
        }
        if (until <= draft.Now)
            return false;
        draft.Wake(until);
        return true;
    }

    /// <summary>Stops what a slot has too many of, once its task of the new spec runs or need not be waited for.</summary>
    private static void Finish(Draft draft, SlotProgress slot, UpdatePolicy policy)
    {
        if (slot.Current.Count == 0)
            return;
        var stays = slot.Current.Find(IsRunning) ?? slot.Current[^1];
        if (slot.Leaving.Count > 0 && !IsRunning(stays))
        {
            GiveUp(draft, stays);
            return;
        }
        if (policy.StartFirst && !IsRunning(stays))
            return;
        foreach (var task in slot.Outdated.Concat(slot.Leaving).Concat(slot.Current).Where(task => task.Id != stays.Id))
        {
            Shutdown(draft, task);
            // Of one that no node has, nobody will report that it has stopped, though the update may have come to its end by it.
            if (task.Status.State < TaskState.Assigned)
                draft.Again();
        }
    }

    /// <summary>Takes back what was to take another one's place, and has not come to run in time.</summary>
    private static void GiveUp(Draft draft, SwarmTask successor)
    {
        if (successor.DesiredState < TaskState.Running)
            return;
        if (successor.Restart!.NotBefore + Moves.GiveUpAfter is { } until && draft.Now < until)
            draft.Wake(until);
        else
            Shutdown(draft, successor);
    }

    /// <summary>Brings the new spec to as many further slots as may be on the way at a time.</summary>
    private static void Begin(Draft draft, List<SlotProgress> progress, UpdatePolicy policy)
    {
        var waiting = progress.Where(slot => !slot.IsSettled && slot.Current.Count == 0).ToList();
        if (waiting.Count + draft.Known.Outdated.Count == 0)
            return;
        var free = policy.Parallelism == 0 ? int.MaxValue : (long)Math.Min(policy.Parallelism, int.MaxValue);
        foreach (var slot in progress.Where(_ => policy.Parallelism != 0))
        {
            if (slot.IsUnderWay)
                free--;
            else if (slot.DoneAt is { } done && draft.Now < done + policy.Delay)
            {
                free--;
                draft.Wake(done + policy.Delay);
            }
        }
        var most = (int)Math.Max(free, 0);
        waiting.AddRange(draft.Known.Outdated.Take(most).Select(slot => new SlotProgress(draft.State, draft.Service, slot)));
        foreach (var slot in waiting.OrderBy(slot => slot.Slot).Take(most).ToList())
        {
            if (!draft.HasRoom())
                return;
            Bring(draft, slot, policy.StartFirst);
        }
    }

    private static void Bring(Draft draft, SlotProgress progress, bool startFirst)
    {
        var slot = progress.Slot;
        var before = slot.Newest;
        // There is nothing to keep up but what runs, and of an update that was given up on the way one task is enough.
        var kept = startFirst ? progress.Outdated.Find(IsRunning) : null;
        foreach (var task in progress.Outdated.Where(task => task != kept))
            Shutdown(draft, task);
        // Where the new spec was there already, but could not stay beside the old one, it is tried again. One from before the
        // update was resumed is no such try: what takes its place now is watched anew.
        if (!Slot.IsLive(before) && before.SpecVersion == draft.Service.SpecVersion && before.CreatedAt >= (draft.Service.UpdateStatus?.StartedAt ?? Timestamp.Zero))
            Restarts.Retry(draft, slot, before);
        else
        {
            var record = new RestartRecord { Replaces = before.Id, NotBefore = draft.Now };
            draft.Put(TaskTemplates.Create(draft, slot.Key, kept is not null ? TaskState.Running : Restarts.FirstDesired(draft, slot), record));
        }
    }

    private static bool IsRunning(SwarmTask task) => task.Status.State == TaskState.Running;

    private static void Shutdown(Draft draft, SwarmTask task)
    {
        if (draft.HasRoom())
            draft.Put(task with { DesiredState = TaskState.Shutdown });
    }
}
