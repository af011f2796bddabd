namespace SwarmPS.Cmdlets.Lab;

/// <summary>Counts the steps of a lab's start, whichever node they are done on.</summary>
internal sealed class LabSteps(IProgress<LabProgress>? progress, int all)
{
    private int done;

    /// <summary>One more was done.</summary>
    public void Did(string step) => progress?.Report(new(step, Math.Min(Interlocked.Increment(ref done), all), all));
}
