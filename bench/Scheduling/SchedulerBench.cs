using System.Diagnostics;
using System.Globalization;

namespace SwarmPS.Bench.Scheduling;

/// <summary>
/// Nodes and waiting tasks put into a store at once, until the last task's node is told of: the work of swarmkit's own benchmarks of its
/// scheduler, beside what that took on a machine like this. Each line has a process of its own, so that its memory can be told.
/// </summary>
internal static class SchedulerBench
{
    private const int RoundsDefault = 5;

    /// <summary>What swarmkit takes, in seconds (the middle of a range) and MB.</summary>
    private static readonly (SchedulerLoad Load, double Seconds, double Megabytes)[] Lines =
    [
        (new(1_000, 1_000), 0.27, 45),
        (new(1_000, 10_000), 2.45, 150),
        (new(1_000, 100_000), 32.4, 1_400),
        (new(100_000, 1_000), 45.7, 1_000),
        (new(1_000, 10_000, Plugin: true), 2.86, 175),
        (new(1_000, 100_000, Plugin: true), 36.8, 1_600),
        (new(5_000, 100_000, Plugin: true), 245, 1_400),
        (new(1_000, 1_000, Services: 1), 0.118, 42),
        (new(1_000, 10_000, Services: 1), 0.81, 144),
        (new(1_000, 10_000, Services: 10), 0.97, 144),
        (new(1_000, 100_000, Services: 1), 12.4, 1_300),
        (new(1_000, 100_000, Services: 100), 15.0, 1_300),
        (new(100_000, 1_000, Services: 1), 0.50, 530),
        (new(100_000, 100_000, Services: 1), 13.2, 2_200),
    ];

    /// <summary>All lines, by this program or by one that is named after the rounds: the native one of bench/Native.</summary>
    public static async Task RunAsync(string[] arguments)
    {
        var rounds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : RoundsDefault;
        var program = arguments.Length > 1 ? arguments[1] : Environment.ProcessPath!;
        var idle = (await MeasureAsync(program, new(0, 0), 1)).PeakMegabytes;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"An idle process of this runtime takes {idle:F0} MB; it is in the peaks below, and not in the bytes a task."));
        Console.WriteLine();
        Console.WriteLine("| Nodes × tasks | Seconds | Tasks/s | Times swarmkit's rate (wanted: ≥ 5) | Peak MB | Of swarmkit's (≤ 0.5) | Bytes a task |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|");
        foreach (var (load, seconds, megabytes) in Lines)
        {
            var taken = await MeasureAsync(program, load, rounds);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {load} | {taken.Seconds:F3} | {load.Tasks / taken.Seconds:N0} | {seconds / taken.Seconds:F1} | {taken.PeakMegabytes:F0} | {taken.PeakMegabytes / megabytes:F2} | {(taken.PeakMegabytes - idle) * (1 << 20) / load.Tasks:N0} |"));
        }
        Console.WriteLine();
        await StoreLines.RunAsync();
    }

    /// <summary>One line, in this process: its median time and its peak of memory.</summary>
    public static async Task RunLineAsync(string[] arguments)
    {
        var numbers = Array.ConvertAll(arguments[..4], text => int.Parse(text, CultureInfo.InvariantCulture));
        var load = new SchedulerLoad(numbers[0], numbers[1], numbers[2], numbers[3] != 0);
        var rounds = int.Parse(arguments[4], CultureInfo.InvariantCulture);
        var samples = new Samples();
        // The first round warms up: it compiles.
        for (var round = 0; round <= rounds; round++)
        {
            GC.Collect();
            var took = load.Tasks == 0 ? TimeSpan.Zero : await load.RunAsync();
            if (round > 0)
                samples.Add(took);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{samples.Median} {PeakMegabytes()}"));
    }

    private static async Task<(double Seconds, double PeakMegabytes)> MeasureAsync(string program, SchedulerLoad load, int rounds)
    {
        string[] arguments = ["scheduler-line", .. load.Numbers.Append(rounds).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        using var child = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var line = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        if (line.Trim().Split(' ') is not [var seconds, var megabytes])
            throw new InvalidOperationException($"The line {load} gave '{line}'.");
        return (double.Parse(seconds, CultureInfo.InvariantCulture), double.Parse(megabytes, CultureInfo.InvariantCulture));
    }

    private static double PeakMegabytes()
    {
        const string Peak = "VmHWM:";
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Peak, StringComparison.Ordinal));
        return double.Parse(line[Peak.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
    }
}
