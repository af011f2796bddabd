using System.Globalization;

namespace SwarmPS.Bench;

/// <summary>Measured times of one thing.</summary>
internal sealed class Samples
{
    private readonly List<double> seconds = [];

    public void Add(TimeSpan time) => seconds.Add(time.TotalSeconds);

    /// <summary>How many there are.</summary>
    public int Count => seconds.Count;

    /// <summary>The middle one.</summary>
    public double Median => At(0.5);

    /// <summary>The sample below which a share of them lies.</summary>
    public double At(double share)
    {
        var sorted = seconds.Order().ToList();
        return sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
    }

    /// <summary>Median with least and most, in seconds.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Median:0.00} s ({seconds.Min():0.00}–{seconds.Max():0.00})");
}
