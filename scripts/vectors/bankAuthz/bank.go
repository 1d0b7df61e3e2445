package main

import (
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
)

func send(from, to, amount string) *banktypes.MsgSend {
	return &banktypes.MsgSend{FromAddress: from, ToAddress: to, Amount: coins(amount)}
}

func raw(denom string, amount int64) sdk.Coin {
	return sdk.Coin{Denom: denom, Amount: math.NewInt(amount)}
}

func bank() {
	w := newWorld()
	genesis := w.genesis()
	a, b, c, d := account(1).String(), account(2).String(), account(3).String(), account(4).String()
	gov := authtypes.NewModuleAddress("gov").String()

	w.msg("send to an account that exists", send(a, b, "10uusdc"))
	w.msg("send two denominations", send(a, b, "5stake,10uusdc"))
	w.msg("send all of a denomination", send(b, a, "5stake"))
	w.msg("send to oneself", send(a, a, "3uusdc"))
	w.msg("send to a new account", send(a, c, "100uusdc"))
	w.msg("send more than there is", send(b, a, "1000000uusdc"))
	w.msg("send what one does not have", send(b, a, "1stake"))
	w.msg("second coin is missing", send(b, a, "1uusdc,1uzzz"))
	w.msg("send to a module", send(a, gov, "1uusdc"))
	w.msg("no sender", send("", b, "1uusdc"))
	w.msg("no recipient", send(a, "", "1uusdc"))
	w.msg("recipient with a bad checksum", send(a, b[:len(b)-1]+"q", "1uusdc"))
	w.msg("recipient of another chain", send(a, "cosmos1qyqszqgpqyqszqgpqyqszqgpqyqszqgpjnp7du", "1uusdc"))
	bad := func(list ...sdk.Coin) *banktypes.MsgSend {
		return &banktypes.MsgSend{FromAddress: a, ToAddress: b, Amount: list}
	}
	w.msg("no coins", bad())
	w.msg("zero coins", bad(raw("uusdc", 0)))
	w.msg("negative coins", bad(raw("uusdc", -1)))
	w.msg("unsorted coins", bad(raw("uusdc", 1), raw("stake", 1)))
	w.msg("duplicate coins", bad(raw("uusdc", 1), raw("uusdc", 1)))
	w.msg("bad denomination", bad(raw("1x", 1)))

	input := func(address, amount string) banktypes.Input {
		return banktypes.Input{Address: address, Coins: coins(amount)}
	}
	output := func(address, amount string) banktypes.Output {
		return banktypes.Output{Address: address, Coins: coins(amount)}
	}
	multi := func(inputs []banktypes.Input, outputs ...banktypes.Output) *banktypes.MsgMultiSend {
		return &banktypes.MsgMultiSend{Inputs: inputs, Outputs: outputs}
	}
	one := []banktypes.Input{input(a, "6uusdc")}
	w.msg("multi: to two that exist", multi(one, output(b, "2uusdc"), output(c, "4uusdc")))
	w.msg("multi: to a new account and twice to one", multi(one, output(d, "1uusdc"), output(b, "2uusdc"), output(b, "3uusdc")))
	w.msg("multi: no inputs", multi(nil, output(b, "1uusdc")))
	w.msg("multi: two inputs", multi([]banktypes.Input{input(a, "1uusdc"), input(b, "1uusdc")}, output(c, "2uusdc")))
	w.msg("multi: no outputs", multi(one))
	w.msg("multi: sums differ", multi(one, output(b, "5uusdc")))
	w.msg("multi: input without an address", multi([]banktypes.Input{input("", "1uusdc")}, output(b, "1uusdc")))
	w.msg("multi: output without an address", multi(one, output("", "6uusdc")))
	w.msg("multi: output without coins", multi(one, output(b, "")))
	w.msg("multi: to a module", multi(one, output(b, "3uusdc"), output(gov, "3uusdc")))
	w.msg("multi: more than there is", multi([]banktypes.Input{input(b, "2000000uusdc")}, output(c, "2000000uusdc")))

	enable := func(authority string, entries []*banktypes.SendEnabled, defaults ...string) *banktypes.MsgSetSendEnabled {
		return &banktypes.MsgSetSendEnabled{Authority: authority, SendEnabled: entries, UseDefaultFor: defaults}
	}
	entry := banktypes.NewSendEnabled
	w.msg("enable: not the authority", enable(a, []*banktypes.SendEnabled{entry("stake", false)}))
	w.msg("enable: twice the same", enable(gov, []*banktypes.SendEnabled{entry("stake", false), entry("stake", true)}))
	w.msg("enable: bad denomination", enable(gov, []*banktypes.SendEnabled{entry("1x", false)}))
	w.msg("enable: bad default", enable(gov, nil, "1x"))
	w.msg("enable: disable stake, enable frozen", enable(gov, []*banktypes.SendEnabled{entry("stake", false), entry("frozen", true)}))
	w.msg("send a disabled denomination", send(a, b, "1stake"))
	w.msg("multi: a disabled denomination", multi([]banktypes.Input{input(a, "1stake")}, output(b, "1stake")))
	w.ask("/cosmos.bank.v1beta1.Query/SendEnabled", &banktypes.QuerySendEnabledRequest{})
	w.ask("/cosmos.bank.v1beta1.Query/SendEnabled", &banktypes.QuerySendEnabledRequest{Denoms: []string{"uusdc", "stake"}})
	w.msg("enable: default for stake", enable(gov, nil, "stake"))
	w.msg("send it again", send(a, b, "1stake"))
	w.msg("params: not the authority", &banktypes.MsgUpdateParams{Authority: a})
	w.msg("params: entries are no longer supported", &banktypes.MsgUpdateParams{Authority: gov, Params: banktypes.Params{SendEnabled: []*banktypes.SendEnabled{entry("stake", true)}}})
	w.msg("params: nothing may be sent", &banktypes.MsgUpdateParams{Authority: gov, Params: banktypes.NewParams(false)})
	w.msg("send with sends disabled", send(a, b, "1uusdc"))
	w.msg("params: everything may be sent", &banktypes.MsgUpdateParams{Authority: gov, Params: banktypes.NewParams(true)})

	w.op("mint", "mint", []string{"mint", "50uusdc,9wine"}, func(ctx sdk.Context) error {
		return w.bk.MintCoins(ctx, "mint", coins("50uusdc,9wine"))
	})
	w.op("module to account", "moduleToAccount", []string{"mint", b, "20uusdc"}, func(ctx sdk.Context) error {
		return w.bk.SendCoinsFromModuleToAccount(ctx, "mint", account(2), coins("20uusdc"))
	})
	w.op("module to a blocked account", "moduleToAccount", []string{"mint", gov, "20uusdc"}, func(ctx sdk.Context) error {
		return w.bk.SendCoinsFromModuleToAccount(ctx, "mint", authtypes.NewModuleAddress("gov"), coins("20uusdc"))
	})
	w.op("module to module", "moduleToModule", []string{"mint", "furnace", "9wine"}, func(ctx sdk.Context) error {
		return w.bk.SendCoinsFromModuleToModule(ctx, "mint", "furnace", coins("9wine"))
	})
	w.op("account to module", "accountToModule", []string{a, "furnace", "1uusdc"}, func(ctx sdk.Context) error {
		return w.bk.SendCoinsFromAccountToModule(ctx, account(1), "furnace", coins("1uusdc"))
	})
	w.op("burn more than there is", "burn", []string{"furnace", "10wine"}, func(ctx sdk.Context) error {
		return w.bk.BurnCoins(ctx, "furnace", coins("10wine"))
	})
	w.op("burn all of a denomination", "burn", []string{"furnace", "9wine"}, func(ctx sdk.Context) error {
		return w.bk.BurnCoins(ctx, "furnace", coins("9wine"))
	})
	w.op("burn some", "burn", []string{"furnace", "1uusdc"}, func(ctx sdk.Context) error {
		return w.bk.BurnCoins(ctx, "furnace", coins("1uusdc"))
	})

	const q = "/cosmos.bank.v1beta1.Query/"
	page := func(limit uint64) *query.PageRequest { return &query.PageRequest{Limit: limit, CountTotal: true} }
	w.ask(q+"Balance", &banktypes.QueryBalanceRequest{Address: a, Denom: "uusdc"})
	w.ask(q+"Balance", &banktypes.QueryBalanceRequest{Address: a, Denom: "nothing"})
	w.ask(q+"Balance", &banktypes.QueryBalanceRequest{Address: a, Denom: ""})
	w.ask(q+"Balance", &banktypes.QueryBalanceRequest{Address: "", Denom: "uusdc"})
	w.ask(q+"Balance", &banktypes.QueryBalanceRequest{Address: a + "x", Denom: "uusdc"})
	w.ask(q+"AllBalances", &banktypes.QueryAllBalancesRequest{Address: a})
	w.ask(q+"AllBalances", &banktypes.QueryAllBalancesRequest{Address: a, ResolveDenom: true})
	w.ask(q+"AllBalances", &banktypes.QueryAllBalancesRequest{Address: a, Pagination: page(1)})
	w.ask(q+"AllBalances", &banktypes.QueryAllBalancesRequest{Address: a, Pagination: &query.PageRequest{Limit: 1, Reverse: true}})
	w.ask(q+"AllBalances", &banktypes.QueryAllBalancesRequest{Address: a, Pagination: &query.PageRequest{Key: []byte("uusdc"), Limit: 1}})
	w.ask(q+"AllBalances", &banktypes.QueryAllBalancesRequest{Address: account(9).String()})
	w.ask(q+"AllBalances", &banktypes.QueryAllBalancesRequest{Address: "x"})
	w.ask(q+"SpendableBalances", &banktypes.QuerySpendableBalancesRequest{Address: a})
	w.ask(q+"SpendableBalanceByDenom", &banktypes.QuerySpendableBalanceByDenomRequest{Address: a, Denom: "stake"})
	w.ask(q+"TotalSupply", &banktypes.QueryTotalSupplyRequest{})
	w.ask(q+"TotalSupply", &banktypes.QueryTotalSupplyRequest{Pagination: page(1)})
	w.ask(q+"SupplyOf", &banktypes.QuerySupplyOfRequest{Denom: "uusdc"})
	w.ask(q+"SupplyOf", &banktypes.QuerySupplyOfRequest{Denom: "wine"})
	w.ask(q+"SupplyOf", &banktypes.QuerySupplyOfRequest{Denom: "a"})
	w.ask(q+"Params", &banktypes.QueryParamsRequest{})
	w.ask(q+"DenomsMetadata", &banktypes.QueryDenomsMetadataRequest{})
	w.ask(q+"DenomMetadata", &banktypes.QueryDenomMetadataRequest{Denom: "uusdc"})
	w.ask(q+"DenomMetadata", &banktypes.QueryDenomMetadataRequest{Denom: "stake"})
	w.ask(q+"DenomMetadata", &banktypes.QueryDenomMetadataRequest{Denom: ""})
	w.ask(q+"DenomMetadataByQueryString", &banktypes.QueryDenomMetadataByQueryStringRequest{Denom: "uusdc"})
	w.ask(q+"DenomMetadataByQueryString", &banktypes.QueryDenomMetadataByQueryStringRequest{Denom: "stake"})
	w.ask(q+"DenomOwners", &banktypes.QueryDenomOwnersRequest{Denom: "uusdc"})
	w.ask(q+"DenomOwners", &banktypes.QueryDenomOwnersRequest{Denom: "uusdc", Pagination: page(2)})
	w.ask(q+"DenomOwners", &banktypes.QueryDenomOwnersRequest{Denom: ""})
	w.ask(q+"SendEnabled", &banktypes.QuerySendEnabledRequest{Denoms: []string{"frozen", "1x"}})
	w.write("bank.json", genesis)
}
