using System.Diagnostics;
using System.Globalization;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>
/// Sends random and mutated requests to every route of the API. Whatever is sent, the answer is no defect of the server's, and the server
/// goes on. <c>SWARMPS_FUZZ_SECONDS=600</c> runs longer than the 10 s of CI, <c>SWARMPS_SEED=7</c> begins at another seed.
/// </summary>
public sealed class ApiFuzzTests
{
    private const int SecondsDefault = 10;

    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task AnyRequest_IsAnswered_AndTheServerGoesOn()
    {
        var seed = Setting("SWARMPS_SEED") ?? 1;
        var seconds = Setting("SWARMPS_FUZZ_SECONDS") ?? SecondsDefault;
        var total = Stopwatch.StartNew();
        for (; total.Elapsed.TotalSeconds < seconds; seed++)
        {
            var left = TimeSpan.FromSeconds(seconds) - total.Elapsed;
            await using var run = await ApiFuzzRun.StartAsync(seed);
            if (await run.RunAsync(left < RoundTime ? left : RoundTime) is { } defect)
                Assert.Fail($"seed {seed} (again with SWARMPS_SEED={seed}): {defect}");
        }
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
