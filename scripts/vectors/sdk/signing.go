package main

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"time"

	"cosmossdk.io/x/feegrant"
	"cosmossdk.io/x/tx/signing"
	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/client"
	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	kmultisig "github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	"github.com/cosmos/cosmos-sdk/crypto/types/multisig"
	"github.com/cosmos/cosmos-sdk/std"
	sdk "github.com/cosmos/cosmos-sdk/types"
	signingtypes "github.com/cosmos/cosmos-sdk/types/tx/signing"
	"github.com/cosmos/cosmos-sdk/x/auth/migrations/legacytx"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
)

const chainID = "shop-1"

// armored is a private key as `keys export` writes it.
type armored struct {
	PrivKeyHex string `json:"privKeyHex"`
	Passphrase string `json:"passphrase"`
	Armor      string `json:"armor"`
}

// signed is a transaction before and after `tx sign`, and the signature alone.
type signed struct {
	Name       string          `json:"name"`
	Mode       string          `json:"mode"`
	Unsigned   json.RawMessage `json:"unsigned"`
	Signed     json.RawMessage `json:"signed"`
	Signatures json.RawMessage `json:"signatures"`
	TxBase64   string          `json:"txBase64"`
}

// aminoTx is a StdTx in amino's two forms.
type aminoTx struct {
	Name   string          `json:"name"`
	JSON   json.RawMessage `json:"json"`
	Base64 string          `json:"base64"`
}

func secret(fill byte) *secp256k1.PrivKey {
	key := make([]byte, 32)
	for i := range key {
		key[i] = fill
	}
	return &secp256k1.PrivKey{Key: key}
}

func keys() []armored {
	var out []armored
	for fill, passphrase := range []string{"", "correct horse", "pässwörd with spaces"} {
		key := secret(byte(fill + 1))
		out = append(out, armored{
			PrivKeyHex: hex.EncodeToString(key.Key), Passphrase: passphrase, Armor: crypto.EncryptArmorPrivKey(key, passphrase, "secp256k1"),
		})
	}
	return out
}

type world struct {
	config client.TxConfig
	ring   keyring.Keyring
	names  []string
}

func newWorld() world {
	sdk.SetAddrCacheEnabled(false)
	reg, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles: proto.HybridResolver,
		SigningOptions: signing.Options{
			AddressCodec:          address.NewBech32Codec("stateset"),
			ValidatorAddressCodec: address.NewBech32Codec("statesetvaloper"),
		},
	})
	if err != nil {
		panic(err)
	}
	std.RegisterInterfaces(reg)
	banktypes.RegisterInterfaces(reg)
	authz.RegisterInterfaces(reg)
	feegrant.RegisterInterfaces(reg)
	cdc := codec.NewProtoCodec(reg)
	w := world{config: authtx.NewTxConfig(cdc, authtx.DefaultSignModes), ring: keyring.NewInMemory(cdc)}
	for i := 1; i <= 3; i++ {
		name := string(rune('a' + i - 1))
		if err := w.ring.ImportPrivKeyHex(name, hex.EncodeToString(secret(byte(i)).Key), "secp256k1"); err != nil {
			panic(err)
		}
		w.names = append(w.names, name)
	}
	return w
}

func (w world) address(name string) string {
	record, err := w.ring.Key(name)
	if err != nil {
		panic(err)
	}
	bz, err := record.GetAddress()
	if err != nil {
		panic(err)
	}
	return sdk.MustBech32ifyAddressBytes("stateset", bz)
}

func (w world) pubKey(name string) cryptotypes.PubKey {
	record, err := w.ring.Key(name)
	if err != nil {
		panic(err)
	}
	key, err := record.GetPubKey()
	if err != nil {
		panic(err)
	}
	return key
}

func (w world) send(from string, to string) sdk.Msg {
	return &banktypes.MsgSend{FromAddress: from, ToAddress: to, Amount: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5))}
}

func (w world) unsigned(messages ...sdk.Msg) client.TxBuilder {
	builder := w.config.NewTxBuilder()
	if err := builder.SetMsgs(messages...); err != nil {
		panic(err)
	}
	builder.SetMemo("a <memo> & more")
	builder.SetGasLimit(200000)
	builder.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5000)))
	return builder
}

func (w world) json(builder client.TxBuilder) json.RawMessage {
	bz, err := w.config.TxJSONEncoder()(builder.GetTx())
	if err != nil {
		panic(err)
	}
	return bz
}

func (w world) signatures(builder client.TxBuilder) json.RawMessage {
	sigs, err := builder.GetTx().GetSignaturesV2()
	if err != nil {
		panic(err)
	}
	bz, err := w.config.MarshalSignatureJSON(sigs)
	if err != nil {
		panic(err)
	}
	return bz
}

func (w world) factory(mode signingtypes.SignMode) clienttx.Factory {
	return clienttx.Factory{}.WithTxConfig(w.config).WithKeybase(w.ring).WithChainID(chainID).
		WithAccountNumber(7).WithSequence(3).WithSignMode(mode)
}

func (w world) signAs(builder client.TxBuilder, mode signingtypes.SignMode, names ...string) {
	for _, name := range names {
		if err := clienttx.Sign(context.Background(), w.factory(mode), name, builder, false); err != nil {
			panic(err)
		}
	}
}

func (w world) result(name string, mode string, unsigned json.RawMessage, builder client.TxBuilder) signed {
	bz, err := w.config.TxEncoder()(builder.GetTx())
	if err != nil {
		panic(err)
	}
	return signed{
		Name: name, Mode: mode, Unsigned: unsigned, Signed: w.json(builder), Signatures: w.signatures(builder),
		TxBase64: base64.StdEncoding.EncodeToString(bz),
	}
}

var signModes = map[string]signingtypes.SignMode{
	"direct": signingtypes.SignMode_SIGN_MODE_DIRECT, "amino-json": signingtypes.SignMode_SIGN_MODE_LEGACY_AMINO_JSON,
}

func (w world) singles() []signed {
	var out []signed
	for _, mode := range []string{"direct", "amino-json"} {
		builder := w.unsigned(w.send(w.address("a"), w.address("b")))
		unsigned := w.json(builder)
		w.signAs(builder, signModes[mode], "a")
		out = append(out, w.result("one signer", mode, unsigned, builder))
	}
	builder := w.unsigned(w.send(w.address("a"), w.address("b")), w.send(w.address("b"), w.address("c")))
	unsigned := w.json(builder)
	w.signAs(builder, signModes["amino-json"], "a", "b")
	return append(out, w.result("two signers, one after the other", "amino-json", unsigned, builder))
}

// multi is a 2 of 3 multisig: what its members sign, and what becomes of it.
type multi struct {
	Address    string            `json:"address"`
	Unsigned   json.RawMessage   `json:"unsigned"`
	Signatures []json.RawMessage `json:"signatures"`
	Signed     json.RawMessage   `json:"signed"`
	TxBase64   string            `json:"txBase64"`
}

func (w world) multisig() multi {
	members := []cryptotypes.PubKey{w.pubKey("a"), w.pubKey("b"), w.pubKey("c")}
	key := kmultisig.NewLegacyAminoPubKey(2, members)
	if _, err := w.ring.SaveMultisig("shop", key); err != nil {
		panic(err)
	}
	builder := w.unsigned(w.send(w.address("shop"), w.address("b")))
	out := multi{Address: w.address("shop"), Unsigned: w.json(builder)}
	collected := multisig.NewMultisig(len(members))
	for _, name := range []string{"c", "a"} {
		w.signAs(builder, signModes["amino-json"], name)
		out.Signatures = append(out.Signatures, w.signatures(builder))
		sigs, err := builder.GetTx().GetSignaturesV2()
		if err != nil {
			panic(err)
		}
		if err := multisig.AddSignatureV2(collected, sigs[0], members); err != nil {
			panic(err)
		}
		if err := builder.SetSignatures(); err != nil {
			panic(err)
		}
	}
	if err := builder.SetSignatures(signingtypes.SignatureV2{PubKey: key, Data: collected, Sequence: 3}); err != nil {
		panic(err)
	}
	bz, err := w.config.TxEncoder()(builder.GetTx())
	if err != nil {
		panic(err)
	}
	out.Signed, out.TxBase64 = w.json(builder), base64.StdEncoding.EncodeToString(bz)
	return out
}

func (w world) aminoTxs() []aminoTx {
	cdc := codec.NewLegacyAmino()
	sdk.RegisterLegacyAminoCodec(cdc)
	cryptocodec.RegisterCrypto(cdc)
	authtypes.RegisterLegacyAminoCodec(cdc)
	banktypes.RegisterLegacyAminoCodec(cdc)
	authz.RegisterLegacyAminoCodec(cdc)
	feegrant.RegisterLegacyAminoCodec(cdc)
	at := time.Date(2031, 5, 6, 7, 8, 9, 120000000, time.UTC)
	coins := sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5))
	send := w.send("a", "b")
	grant, err := authz.NewMsgGrant(make([]byte, 20), make([]byte, 20), &authz.GenericAuthorization{Msg: "/x"}, &at)
	if err != nil {
		panic(err)
	}
	exec := authz.NewMsgExec(make([]byte, 20), []sdk.Msg{send, send})
	allowance, err := feegrant.NewMsgGrantAllowance(&feegrant.PeriodicAllowance{
		Basic: feegrant.BasicAllowance{SpendLimit: coins, Expiration: &at}, Period: time.Hour, PeriodSpendLimit: coins, PeriodReset: at,
	}, make([]byte, 20), make([]byte, 20))
	if err != nil {
		panic(err)
	}
	fee := legacytx.StdFee{Amount: coins, Gas: 200000}
	signature := legacytx.StdSignature{PubKey: w.pubKey("a"), Signature: []byte{1, 2, 3}}
	many := kmultisig.NewLegacyAminoPubKey(2, []cryptotypes.PubKey{w.pubKey("a"), w.pubKey("b")})
	cases := []struct {
		name string
		tx   legacytx.StdTx
	}{
		{"a transfer", legacytx.StdTx{Msgs: []sdk.Msg{send}, Fee: fee, Signatures: []legacytx.StdSignature{signature}, Memo: "m<>", TimeoutHeight: 9}},
		{"nothing in it", legacytx.StdTx{}},
		{"a key of several members", legacytx.StdTx{Msgs: []sdk.Msg{send, send}, Fee: legacytx.StdFee{Amount: coins, Gas: 1, Payer: "p", Granter: "g"}, Signatures: []legacytx.StdSignature{{PubKey: many, Signature: []byte{1}}}}},
		{"no amount", legacytx.StdTx{Msgs: []sdk.Msg{&banktypes.MsgSend{FromAddress: "a"}}, Fee: fee}},
		{"several outputs", legacytx.StdTx{Msgs: []sdk.Msg{&banktypes.MsgMultiSend{
			Inputs: []banktypes.Input{{Address: "a", Coins: coins}}, Outputs: []banktypes.Output{{Address: "b", Coins: coins}, {Address: "c"}},
		}}, Fee: fee}},
		{"an authorization", legacytx.StdTx{Msgs: []sdk.Msg{grant}, Fee: fee}},
		{"messages in a message", legacytx.StdTx{Msgs: []sdk.Msg{&exec}, Fee: fee}},
		{"an allowance", legacytx.StdTx{Msgs: []sdk.Msg{allowance}, Fee: fee}},
	}
	var out []aminoTx
	for _, c := range cases {
		bzJSON, err := cdc.MarshalJSON(c.tx)
		if err != nil {
			panic(c.name + ": " + err.Error())
		}
		var read legacytx.StdTx
		if err := cdc.UnmarshalJSON(bzJSON, &read); err != nil {
			panic(c.name + ": " + err.Error())
		}
		bz, err := cdc.Marshal(read)
		if err != nil {
			panic(c.name + ": " + err.Error())
		}
		var again legacytx.StdTx
		if err := cdc.Unmarshal(bz, &again); err != nil {
			panic(c.name + ": " + err.Error())
		}
		back, err := cdc.MarshalJSON(again)
		if err != nil {
			panic(c.name + ": " + err.Error())
		}
		out = append(out, aminoTx{Name: c.name, JSON: back, Base64: base64.StdEncoding.EncodeToString(bz)})
	}
	return out
}
