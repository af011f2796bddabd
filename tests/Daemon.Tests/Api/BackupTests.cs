using System.Net.Http.Json;
using SwarmPS.Daemon.Persistence;

namespace SwarmPS.Daemon.Tests.Api;

public sealed class BackupTests
{
    [Fact]
    public async Task Backup_OpensByItsPassphrase_AndHasAll()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/services/create", new { Name = "web", TaskTemplate = new { ContainerSpec = new { Image = "busybox" } } });
        using var answer = await api.Client.PostAsJsonAsync("/swarmps/backup", new { Passphrase = "correct horse" }, api.Stop);
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.MediaType);
        var (head, objects) = BackupFile.Open(await answer.Content.ReadAsByteArrayAsync(api.Stop), new PassphraseEnvelope("correct horse"));
        Assert.Equal((api.Membership.Store.Current.Swarm!.Id, api.Membership.Store.Current.Count), (head.SwarmId, objects.Count));
    }

    [Fact]
    public async Task Backup_IsNeverLeftOpen()
    {
        await using var api = await ApiHarness.StartAsync();
        Assert.Contains("either Passphrase or Certificate", await api.RefusedAsync(400, "POST", "/swarmps/backup", new { }));
        Assert.Contains("8 characters", await api.RefusedAsync(400, "POST", "/swarmps/backup", new { Passphrase = "short" }));
        Assert.Contains("cannot be read", await api.RefusedAsync(400, "POST", "/swarmps/backup", new { Certificate = "none" }));
    }
}
