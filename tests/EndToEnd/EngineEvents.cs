using System.Globalization;
using Newtonsoft.Json.Linq;

namespace SwarmPS.EndToEnd;

/// <summary>Something that befell a task's container, as its engine tells.</summary>
/// <param name="Slot">The task's service and place, as its container is called.</param>
/// <param name="Task">The task's id.</param>
/// <param name="What"><c>start</c>, <c>die</c> or <c>health_status: healthy</c>.</param>
internal sealed record EngineEvent(string Slot, string Task, string What);

/// <summary>What an engine did, told by itself: it knows nothing of services and their updates.</summary>
internal sealed class EngineEvents(DockerClient engine)
{
    private DateTimeOffset since = TimeProvider.System.GetUtcNow();

    /// <summary>Forgets what was before.</summary>
    public void Begin() => since = TimeProvider.System.GetUtcNow();

    /// <summary>What has happened to a service's containers since the beginning, in order.</summary>
    public async Task<List<EngineEvent>> OfAsync(string service)
    {
        var printed = await engine.RunAsync(
            "events", "--since", Seconds(since), "--until", Seconds(TimeProvider.System.GetUtcNow()), "--filter", "type=container",
            "--filter", "event=start", "--filter", "event=die", "--filter", "event=health_status", "--format", "{{json .}}");
        return [.. printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(JObject.Parse).Select(Of).Where(one => one.Slot.StartsWith(service + ".", StringComparison.Ordinal))];
    }

    /// <summary>The same, once something has happened so many times.</summary>
    public async Task<List<EngineEvent>> AwaitAsync(string service, string what, int times)
    {
        List<EngineEvent> told = [];
        await Eventually.TrueAsync(
            async () => (told = await OfAsync(service)).Count(one => one.What == what) == times, () => $"{times} times '{what}' in {service}; there was {string.Join(", ", told)}");
        return told;
    }

    /// <summary>The most containers of a service that ran at the same time.</summary>
    public static int Most(IEnumerable<EngineEvent> events)
    {
        var (now, most) = (0, 0);
        foreach (var one in events)
        {
            now += one.What switch { "start" => 1, "die" => -1, _ => 0 };
            most = Math.Max(most, now);
        }
        return most;
    }

    private static EngineEvent Of(JObject said)
    {
        var name = (string)said["Actor"]!["Attributes"]!["name"]!;
        var cut = name.LastIndexOf('.');
        return cut < 0 ? new(name, "", (string)said["Action"]!) : new(name[..cut], name[(cut + 1)..], (string)said["Action"]!);
    }

    private static string Seconds(DateTimeOffset time) => (time.ToUnixTimeMilliseconds() / 1000m).ToString("F3", CultureInfo.InvariantCulture);
}
