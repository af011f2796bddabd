using System.Net.Http.Json;
using System.Text;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

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
    public async Task Backup_ShowsNothingSecret_ThoughItHasIt()
    {
        const string Payload = "what-the-secret-says", RootKey = "what-the-root-signs-with", UnlockKey = "what-unlocks-managers", Variable = "what-a-variable-says";
        await using var api = await ApiHarness.StartAsync();
        await api.OkAsync("POST", "/secrets/create", new { Name = "key", Data = Convert.ToBase64String(Encoding.UTF8.GetBytes(Payload)) });
        await api.OkAsync("POST", "/services/create", new { Name = "web", TaskTemplate = new { ContainerSpec = new { Image = "busybox", Env = new[] { $"A={Variable}" } } } });
        await api.Membership.Store.UpdateAsync(tx => tx.Put(tx.View.Swarm! with { RootKey = new(RootKey), UnlockKey = new(UnlockKey) }), api.Stop);
        using var answer = await api.Client.PostAsJsonAsync("/swarmps/backup", new { Passphrase = "correct horse" }, api.Stop);
        var bytes = await answer.Content.ReadAsByteArrayAsync(api.Stop);
        foreach (var value in (string[])[Payload, RootKey, UnlockKey, Variable, api.Membership.Store.Current.Swarm!.JoinTokens!.Manager, "correct horse"])
        {
            foreach (var written in (byte[][])[Encoding.UTF8.GetBytes(value), Encoding.Unicode.GetBytes(value), Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(value)))])
                Assert.True(bytes.AsSpan().IndexOf(written) < 0, $"the backup shows: {value}");
        }

        var (_, objects) = BackupFile.Open(bytes, new PassphraseEnvelope("correct horse"));
        var swarm = Assert.Single(objects.OfType<SwarmObject>());
        Assert.Equal((RootKey, UnlockKey), (swarm.RootKey!.Value, swarm.UnlockKey!.Value));
        Assert.Equal(Payload, Encoding.UTF8.GetString(Assert.Single(objects.OfType<Secret>()).Data!.Bytes));
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
