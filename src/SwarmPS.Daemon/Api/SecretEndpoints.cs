using Microsoft.AspNetCore.Http;
using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/secrets</c>: what containers get to know and no one else: their data is in no answer.</summary>
internal sealed class SecretEndpoints(SwarmChanges changes)
{
    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() =>
    [
        new("GET", "/secrets", call => call.AnswerListAsync(PayloadQuery.Secrets(changes.State, call.Query("filters")))),
        new("GET", "/secrets/{id}", call => call.AnswerAsync(Lookup.Secret(changes.State, call.Id))),
        new("POST", "/secrets/create", CreateAsync),
        new("POST", "/secrets/{id}/update", UpdateAsync),
        new("DELETE", "/secrets/{id}", RemoveAsync),
    ];

    private async Task CreateAsync(ApiCall call)
    {
        _ = changes.Manager;
        var spec = PayloadReferences.Read<SecretSpec>(await call.TextAsync().ConfigureAwait(false));
        SpecValidation.Check(spec).ThrowIfAny($"The secret {spec.Name}");
        var id = changes.NewId();
        await changes.MakeAsync(
            tx =>
            {
                if (tx.View.SecretNamed(spec.Name!) is not null)
                    throw PayloadReferences.Taken("secret", spec.Name);
                tx.Put(new Secret { Id = id, Spec = spec with { Labels = spec.Labels.OrEmpty(), Data = null }, Data = spec.Data });
            },
            call.Stop).ConfigureAwait(false);
        await call.AnswerAsync(new CreateAnswer { Id = id }, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task UpdateAsync(ApiCall call)
    {
        var version = call.VersionOf("secret");
        var id = Lookup.Secret(changes.State, call.Id).Id;
        var spec = PayloadReferences.Read<SecretSpec>(await call.TextAsync().ConfigureAwait(false));
        await changes.MakeAsync(
            tx =>
            {
                var secret = Lookup.Secret(tx.View, id);
                if (secret.Version.Index != version)
                    throw SwarmException.OutOfSequence();
                PayloadReferences.CheckOnlyLabels(secret.Spec.Name, secret.Data, spec.Name, spec.Data);
                var changed = secret with { Spec = secret.Spec with { Labels = spec.Labels.OrEmpty() } };
                SpecValidation.Check(changed.Spec with { Data = changed.Data }).ThrowIfAny($"The secret {spec.Name}");
                tx.Put(changed);
            },
            call.Stop).ConfigureAwait(false);
        await call.AnswerEmptyAsync().ConfigureAwait(false);
    }

    private async Task RemoveAsync(ApiCall call)
    {
        await changes.MakeAsync(
            tx =>
            {
                var secret = Lookup.Secret(tx.View, call.Id);
                PayloadReferences.CheckUnused(tx.View, secret);
                tx.Delete(secret);
            },
            call.Stop).ConfigureAwait(false);
        await call.AnswerEmptyAsync(StatusCodes.Status204NoContent).ConfigureAwait(false);
    }
}
